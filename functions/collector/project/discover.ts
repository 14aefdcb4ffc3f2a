// functions/collector/project/discover.ts finds a project's clusters, and says which of Atlas's three cluster lists could be read.

import type { Atlas, Cluster, ClusterList } from '../../atlas/model/atlas.ts';
import { describeProblems } from '../../atlas/model/element-problem.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import {
  type ClusterCoverage,
  CONTINUITY_MS,
  clusterKey,
  clusterNamed,
  type DiscoveryCoverage,
  type Failure,
  type ListCoverage,
  type ProjectCoverage,
  type Stretch,
  withStretch,
} from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import type { Kind } from '../../restore/job.ts';
import { LISTS_OF } from '../list/select-lists.ts';

type Failed = Omit<Failure, 'since'>;

/** What came of asking for a list of clusters. */
type Found =
  /** All clusters of the list. */
  | { clusters: Cluster[] }
  /** Atlas says that there is no such list. */
  | { absent: Failed }
  /** Clusters that could be read all the same are among those of the discovery. */
  | { failure: Failed };

/** What it means: whether there are no other clusters than those that were found. absent: since Atlas says that there is no such list. */
export type DiscoveredList = { read: true; absent?: true } | { failure: Failed; absent?: true };

export interface Discovery {
  startedAt: string;
  clusters: Cluster[];
  /** Lists that answered; clusters of the others are unknown, not gone. */
  lists: Partial<Record<ClusterList, DiscoveredList>>;
  /** What time, or Atlas's rate limit, did not allow: neither read nor failed. */
  forLater: { list: ClusterList; error: AtlasError }[];
}

/** Before it is held against what is known. */
export interface RawDiscovery extends Pick<Discovery, 'clusters' | 'forLater'> {
  lists: Partial<Record<ClusterList, Found>>;
}

export const nothingDiscovered = (): RawDiscovery => ({ clusters: [], lists: {}, forLater: [] });

/** Says so twice, this far apart, and it is believed that clusters are gone that are known, in ms. */
export const CONFIRMED_AFTER_MS = 3_600_000;

/**
 * Reads the lists side by side; one that fails costs only itself. One that is switched off is asked for too: a run that has not asked
 * can't say that there is nothing on it.
 */
export async function discover(
  atlas: Pick<Atlas, 'clusters'>,
  projectId: string,
  isForLater: (error: AtlasError) => boolean,
): Promise<RawDiscovery> {
  const discovery = nothingDiscovered();
  await Promise.all(
    (['dedicated', 'flex', 'serverless'] as const).map(async (list) => {
      try {
        const { clusters, problems } = await atlas.clusters(projectId, list);
        discovery.clusters.push(...clusters);
        const message = describeProblems(`the list of ${list} clusters`, problems);
        discovery.lists[list] = problems.length > 0 ? { failure: { code: 'ATLAS_BAD_ANSWER', message } } : { clusters };
      } catch (error) {
        if (!(error instanceof AtlasError)) throw error;
        if (isForLater(error)) return void discovery.forLater.push({ list, error });
        const { code, message, absence } = error;
        // Past its sunset, or an Atlas that never had it (for Government has no flex API).
        discovery.lists[list] = absence === 'endpoint' ? { absent: { code, message } } : { failure: { code, message } };
      }
    }),
  );
  return discovery;
}

/**
 * An answer that there is no such list is a failure until it was given again an hour later: a path that Atlas does not know says that of
 * any path. Serverless is past its sunset, so of that it is an answer at once, unless clusters of it are known.
 */
export function interpreted(
  { clusters, lists, forLater }: RawDiscovery,
  stored: ProjectCoverage | undefined,
  startedAt: string,
): Discovery {
  const meaning = (list: ClusterList, found: Found): DiscoveredList => {
    if ('failure' in found) return found;
    if ('clusters' in found) return { read: true };
    const known = Object.values(stored?.clusters ?? {}).filter(
      ({ tier, goneAt }) => goneAt === undefined && listOf(tier) === list,
    );
    const since = stored?.discovery[list]?.absentSince;
    const isExpected = list === 'serverless' && known.length === 0;
    const isSure = isExpected || (since !== undefined && elapsedMs(since, startedAt) >= CONFIRMED_AFTER_MS);
    return isSure ? { read: true, absent: true } : { failure: found.absent, absent: true };
  };
  return {
    startedAt,
    clusters,
    lists: Object.fromEntries(
      Object.entries(lists).map(([list, found]) => [list, meaning(list as ClusterList, found)]),
    ),
    forLater,
  };
}

/** The cluster list that a cluster of this tier stands in. */
export const listOf = (tier: Cluster['tier']): ClusterList => (tier === 'free' ? 'dedicated' : tier);

export const elapsedMs = (from: string, until: string) => Date.parse(until) - Date.parse(from);

/** What a project's coverage says of its clusters after a discovery. Those whose list could not be read stay as they were. */
export function withDiscovery(
  stored: Record<string, ClusterCoverage>,
  discovery: Discovery,
): Record<string, ClusterCoverage> {
  const { startedAt, clusters } = discovery;
  const next: Record<string, ClusterCoverage> = {};
  for (const [name, cluster] of Object.entries(stored)) {
    next[name] = isMissingFrom(discovery, cluster) ? missing(cluster, startedAt) : cluster;
  }
  for (const found of addressable(clusters)) {
    const { name, id, tier, state, paused, backupEnabled } = found;
    const known = clusterNamed(stored, name);
    const {
      goneAt: _,
      missingSince: __,
      deleted: ___,
      paused: ____,
      backupsOff: _____,
      ...before
    }: Partial<ClusterCoverage> = known && !isAnother(known, id) ? known : {};
    next[clusterKey(name)] = {
      firstSeenAt: startedAt,
      ...before,
      clusterName: name,
      tier,
      ...defined({
        clusterId: id,
        deleted: state === 'DELETED' || undefined,
        backupsOff: backupEnabled === false || undefined,
        paused: paused || undefined,
      }),
      seenAt: startedAt,
      lists: ofTier(before.tier === tier ? (before.lists ?? {}) : withUnread(before), found, {
        at: startedAt,
        isBack: state !== 'DELETED' && (known?.goneAt ?? known?.missingSince ?? known?.deleted) !== undefined,
      }),
    };
  }
  return next;
}

/**
 * One cluster for each name: deleted ones with kept backups may stand beside a live one, or a later one, whose list of jobs it then is.
 */
export function addressable(clusters: readonly Cluster[]): Cluster[] {
  const byName = new Map<string, Cluster>();
  for (const cluster of clusters) {
    const other = byName.get(cluster.name);
    if (other === undefined || isRather(cluster, other)) byName.set(cluster.name, cluster);
  }
  return [...byName.values()];
}

const isRather = (cluster: Cluster, other: Cluster) =>
  (cluster.state === 'DELETED') === (other.state === 'DELETED')
    ? (cluster.id ?? '') > (other.id ?? '')
    : other.state === 'DELETED';

/** All lists were read that it could be on, and it was on none. */
export function isMissingFrom({ lists, startedAt }: Discovery, { tier, seenAt }: ClusterCoverage): boolean {
  const list = lists[listOf(tier)];
  return list !== undefined && 'read' in list && seenAt < startedAt;
}

/**
 * Names of the clusters that a list leaves out, though Atlas still lists restores of them: by list.
 * @param since when the task began @param read lists that it has read
 */
export function leftOut(
  clusters: Record<string, ClusterCoverage>,
  discovery: Discovery,
  { since, isRead }: { since: string; isRead(clusterName: string, kind: Kind): boolean },
): Map<ClusterList, string> {
  const found = new Map<ClusterList, string>();
  for (const cluster of Object.values(clusters)) {
    const { clusterName, tier, goneAt, deleted, lists } = cluster;
    if (goneAt !== undefined || deleted || !isMissingFrom(discovery, cluster)) continue;
    const isListed = (kind: Kind) => isRead(clusterName, kind) || (lists[kind]?.readAt ?? '') >= since;
    if (LISTS_OF[tier].some(isListed)) found.set(listOf(tier), clusterName);
  }
  return found;
}

/** A free cluster has no lists of jobs that could tell more. */
function missing(cluster: ClusterCoverage, at: string): ClusterCoverage {
  const { goneAt, missingSince, tier } = cluster;
  if (goneAt !== undefined || missingSince !== undefined) return cluster;
  return tier === 'free' ? { ...cluster, goneAt: at } : { ...cluster, missingSince: at };
}

/** Before any attempt. */
const NEVER = new Date(0).toISOString();

/** With those of its tier that nobody has asked for so far, so that a change of tier does not make them forgotten. */
function withUnread({ tier, lists = {} }: Partial<ClusterCoverage>): ClusterCoverage['lists'] {
  const unread = (tier ? LISTS_OF[tier] : []).filter((kind) => !lists[kind]);
  return {
    ...lists,
    ...Object.fromEntries(unread.map((kind) => [kind, { attemptedAt: NEVER, jobs: 0, open: 0, moving: 0 }])),
  };
}

/** Lists of a former tier are superseded; those of a tier that is back are not any more. */
function ofTier(
  lists: ClusterCoverage['lists'],
  { tier }: Cluster,
  { at, isBack }: { at: string; isBack: boolean },
): ClusterCoverage['lists'] {
  const next = Object.entries(lists).map(([kind, { supersededAt, ...list }]) => {
    if (!LISTS_OF[tier].includes(kind as Kind)) return [kind, { ...list, supersededAt: supersededAt ?? at }];
    return [kind, isBack || supersededAt !== undefined ? thereAgain(list) : list];
  });
  return Object.fromEntries(next);
}

/** What was said of it while its cluster was gone, or of another tier, says nothing of the time since. */
function thereAgain(list: ListCoverage): ListCoverage {
  const { deniedSince: _, ...kept } = list;
  if (kept.notThere === undefined) return kept;
  const { notThere: __, answer: ___, ...there } = kept;
  return there;
}

/**
 * A cluster that is missing is gone once Atlas has said of each of its lists, after it was missed, that there is no such
 * cluster, while every list of clusters could be read; or once it is still missing an hour later, unless its restores are listed.
 */
export function withGone(
  clusters: Record<string, ClusterCoverage>,
  discovery: Discovery,
): Record<string, ClusterCoverage> {
  const { lists, startedAt } = discovery;
  const allRead = Object.values(lists).every((list) => 'read' in list);
  const settled = Object.entries(clusters).map(([name, cluster]): [string, ClusterCoverage] => {
    const { missingSince, ...rest } = cluster;
    if (missingSince === undefined || !isMissingFrom(discovery, cluster)) return [name, cluster];
    const isDenied = LISTS_OF[cluster.tier].every((kind) => {
      const { answer, error, attemptedAt = '' } = cluster.lists[kind] ?? {};
      return answer !== undefined && error === undefined && attemptedAt >= missingSince;
    });
    // What Atlas lists restores of is there, whatever a list of clusters leaves out.
    const isListed = LISTS_OF[cluster.tier].some((kind) => {
      const { answer, readAt = '' } = cluster.lists[kind] ?? {};
      return answer === undefined && readAt >= missingSince;
    });
    if (isListed && !cluster.deleted) return [name, rest];
    const isSure = (allRead && isDenied) || elapsedMs(missingSince, startedAt) >= CONFIRMED_AFTER_MS;
    return [name, isSure ? { ...rest, goneAt: missingSince } : cluster];
  });
  return Object.fromEntries(settled);
}

/** A cluster of the name of an earlier one: an id survives a change of tier, and comes only once. */
export const isAnother = ({ clusterId }: ClusterCoverage, id: string | undefined) =>
  clusterId !== undefined && id !== undefined && clusterId !== id;

export function withDiscoveryList(
  stored: DiscoveryCoverage | undefined,
  startedAt: string,
  found: DiscoveredList,
): DiscoveryCoverage {
  const absent = found.absent ? { absentSince: stored?.absentSince ?? startedAt } : {};
  if ('failure' in found) {
    const since = stored?.error?.since ?? startedAt;
    const { absentSince: _, ...before } = stored ?? {};
    return { ...before, ...absent, attemptedAt: startedAt, error: { ...found.failure, since } };
  }
  const unread = unreadAfter(stored, startedAt);
  return {
    attemptedAt: startedAt,
    readAt: startedAt,
    since: stored?.since ?? stored?.readAt ?? startedAt,
    ...absent,
    ...(unread.length > 0 ? { unread } : {}),
  };
}

/** The stretches that were not watched. */
function unreadAfter(stored: DiscoveryCoverage | undefined, startedAt: string): Stretch[] {
  const before = stored?.unread ?? [];
  // Where the last reading is not known any more, what is: the end of the last stretch, or the first reading.
  const from = stored?.readAt ?? before.at(-1)?.until ?? stored?.since;
  if (from === undefined || elapsedMs(from, startedAt) <= CONTINUITY_MS) return before;
  return withStretch(before, { from, until: startedAt });
}
