// functions/collector/project/discover.ts: the discovery of a project's clusters, from Atlas's three lists of them.

import type { Atlas, Cluster, ClusterList } from '../../atlas/model/atlas.ts';
import { describeProblems } from '../../atlas/model/element-problem.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import {
  CONTINUITY_MS,
  type DiscoveryCoverage,
  type Failure,
  type Interval,
  type ProjectCoverage,
  withInterval,
} from '../../ledger/model/coverage.ts';

type Failed = Omit<Failure, 'since'>;

/** The outcome of requesting a list of clusters. */
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
  /** What it shows was so until then, at least. */
  startedAt: string;
  /** By the later of two clocks: what it shows, and what it does not, is known since then. */
  startedAtLatest: string;
  clusters: Cluster[];
  /** Lists that answered; clusters of the others are unknown, not gone. */
  lists: Partial<Record<ClusterList, DiscoveredList>>;
  /** What time, or Atlas's rate limit, did not allow: neither read nor failed. */
  forLater: { list: ClusterList; error: AtlasError }[];
}

/** Before it is compared with what is known. */
export interface RawDiscovery extends Pick<Discovery, 'clusters' | 'forLater'> {
  lists: Partial<Record<ClusterList, Found>>;
}

export const nothingDiscovered = (): RawDiscovery => ({ clusters: [], lists: {}, forLater: [] });

/** Says so twice, this far apart, and it is believed that clusters are gone that are known, in ms. */
export const CONFIRMED_AFTER_MS = 3_600_000;

/**
 * Reads the lists side by side; one that fails costs only itself. One that is switched off is read too: a run that has not read it
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
  { startedAt, startedAtLatest }: Pick<Discovery, 'startedAt' | 'startedAtLatest'>,
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
    startedAtLatest,
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

export function withDiscoveryList(
  stored: DiscoveryCoverage | undefined,
  { startedAt, startedAtLatest }: Pick<Discovery, 'startedAt' | 'startedAtLatest'>,
  found: DiscoveredList,
): DiscoveryCoverage {
  const absent = found.absent ? { absentSince: stored?.absentSince ?? startedAt } : {};
  if ('failure' in found) {
    const since = stored?.error?.since ?? startedAt;
    const { absentSince: _, ...before } = stored ?? {};
    return { ...before, ...absent, attemptedAt: startedAt, error: { ...found.failure, since } };
  }
  const unread = unreadAfter(stored, startedAtLatest);
  return {
    attemptedAt: startedAt,
    readAt: startedAt,
    since: stored?.since ?? stored?.readAt ?? startedAtLatest,
    ...absent,
    ...(unread.length > 0 ? { unread } : {}),
  };
}

/** The intervals that were not watched. */
function unreadAfter(stored: DiscoveryCoverage | undefined, until: string): Interval[] {
  const before = stored?.unread ?? [];
  // Where the last reading is not known any more, what is: the end of the last interval, or the first reading.
  const from = stored?.readAt ?? before.at(-1)?.until ?? stored?.since;
  if (from === undefined || elapsedMs(from, until) <= CONTINUITY_MS) return before;
  return withInterval(before, { from, until });
}
