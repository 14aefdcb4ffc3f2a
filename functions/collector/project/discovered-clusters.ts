// functions/collector/project/discovered-clusters.ts: a project's clusters after a discovery: those that are there, missing, gone, or of another tier.

import type { Cluster, ClusterList } from '../../atlas/model/atlas.ts';
import {
  type ClusterCoverage,
  clusterKey,
  clusterNamed,
  LISTS_OF,
  type ListCoverage,
} from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import type { Kind } from '../../schema/words.ts';
import { CONFIRMED_AFTER_MS, type Discovery, elapsedMs, listOf } from './discover.ts';

/** All lists were read that it could be on, and it was on none. */
export function isMissingFrom({ lists, startedAt }: Discovery, { tier, seenAt }: ClusterCoverage): boolean {
  const list = lists[listOf(tier)];
  return list !== undefined && 'read' in list && seenAt < startedAt;
}

/**
 * One cluster for each name: deleted ones with kept backups may stand beside a live one, or a later one, whose list of jobs it then is.
 */
export function addressable(clusters: readonly Cluster[]): Cluster[] {
  const byName = new Map<string, Cluster>();
  for (const cluster of clusters) {
    const other = byName.get(cluster.name);
    if (other === undefined || takesPrecedence(cluster, other)) byName.set(cluster.name, cluster);
  }
  return [...byName.values()];
}

export const takesPrecedence = (cluster: Cluster, other: Cluster) =>
  (cluster.state === 'DELETED') === (other.state === 'DELETED')
    ? (cluster.id ?? '') > (other.id ?? '')
    : other.state === 'DELETED';

/** A cluster of the name of an earlier one: an id survives a change of tier, and comes only once. */
export const isAnother = ({ clusterId }: ClusterCoverage, id: string | undefined) =>
  clusterId !== undefined && id !== undefined && clusterId !== id;

/** A free cluster has no lists of jobs that could show more. */
export function missing(cluster: ClusterCoverage, at: string): ClusterCoverage {
  const { goneAt, missingSince, tier } = cluster;
  if (goneAt !== undefined || missingSince !== undefined) return cluster;
  return tier === 'free' ? { ...cluster, goneAt: at } : { ...cluster, missingSince: at };
}

/** Before any attempt. */
export const NEVER = new Date(0).toISOString();
/** With those of its tier that were never requested, so that a change of tier does not make them forgotten. */
export function withUnread({ tier, lists = {} }: Partial<ClusterCoverage>): ClusterCoverage['lists'] {
  const unread = (tier ? LISTS_OF[tier] : []).filter((kind) => !lists[kind]);
  return {
    ...lists,
    ...Object.fromEntries(unread.map((kind) => [kind, { attemptedAt: NEVER, jobs: 0, open: 0, moving: 0 }])),
  };
}

/** Lists of a former tier are superseded; those of a tier that is back are not any more. */
export function ofTier(
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
export function thereAgain(list: ListCoverage): ListCoverage {
  const { deniedSince: _, ...kept } = list;
  if (kept.notThere === undefined) return kept;
  const { notThere: __, answer: ___, ...there } = kept;
  return there;
}

/** What a project's coverage says of its clusters after a discovery. Those whose list could not be read stay as they were. */
export function withDiscovery(
  stored: Record<string, ClusterCoverage>,
  discovery: Discovery,
): Record<string, ClusterCoverage> {
  const { startedAt, startedAtLatest, clusters } = discovery;
  const next: Record<string, ClusterCoverage> = {};
  for (const [name, cluster] of Object.entries(stored)) {
    next[name] = isMissingFrom(discovery, cluster) ? missing(cluster, startedAtLatest) : cluster;
  }
  for (const found of addressable(clusters)) {
    const { name, id, tier, tags, state, paused, backupEnabled } = found;
    const known = clusterNamed(stored, name);
    const {
      goneAt: _,
      missingSince: __,
      deleted: ___,
      paused: ____,
      backupsOff: _____,
      tags: ______,
      ...before
    }: Partial<ClusterCoverage> = known && !isAnother(known, id) ? known : {};
    next[clusterKey(name)] = {
      firstSeenAt: startedAt,
      ...before,
      clusterName: name,
      tier,
      ...defined({
        clusterId: id,
        tags,
        deleted: state === 'DELETED' || undefined,
        backupsOff: backupEnabled === false || undefined,
        paused: paused || undefined,
      }),
      seenAt: startedAt,
      lists: ofTier(before.tier === tier ? (before.lists ?? {}) : withUnread(before), found, {
        at: startedAtLatest,
        isBack: state !== 'DELETED' && (known?.goneAt ?? known?.missingSince ?? known?.deleted) !== undefined,
      }),
    };
  }
  return next;
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
