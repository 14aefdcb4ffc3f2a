// functions/collector/list/select-lists.ts: the lists of restore jobs that a task reads, and in which order.
import { type ClusterCoverage, LISTS_OF, type ListCoverage } from '../../ledger/model/coverage.ts';
import { KINDS, type Kind } from '../../schema/words.ts';
import type { CollectTask } from '../task/task.ts';

export interface SelectedList {
  cluster: ClusterCoverage;
  kind: Kind;
}

/** The lists of its tier, and those of a former tier to which something may still come. */
export const listsOf = ({ tier, lists }: Pick<ClusterCoverage, 'tier' | 'lists'>): Kind[] =>
  KINDS.filter((kind) => {
    const { supersededAt } = lists[kind] ?? {};
    return LISTS_OF[tier].includes(kind) || (supersededAt !== undefined && !isClosed(lists[kind], supersededAt));
  });

/**
 * Nothing comes to a list any more once its cluster is gone, or of another tier, and the list was read to its end after that, or
 * Atlas said that it is not there. Jobs of it that still run are followed until they have ended.
 */
export function isClosed(list: ListCoverage | undefined, since: string): boolean {
  if (!list) return false;
  const { fullReadAt = '', answer, error, attemptedAt, open } = list;
  return (answer !== undefined && error === undefined && attemptedAt >= since) || (fullReadAt >= since && open === 0);
}

/** Since when a list belongs to the past; undefined while its cluster is there, and of its tier. */
export function formerSince({ goneAt, missingSince, lists }: ClusterCoverage, kind: Kind): string | undefined {
  const times = [goneAt, missingSince, lists[kind]?.supersededAt].filter((at) => at !== undefined);
  return times.sort().at(-1);
}

/**
 * Longest unread first, so that running out of time never starves the same cluster twice. A follow-up of running jobs takes
 * only the lists that hold some; a message that goes on takes only what the messages before it left.
 */
export function selectLists(
  clusters: Record<string, ClusterCoverage>,
  { runId, clusterName, progress, followAt }: CollectTask,
  { kinds, wantsCluster }: { kinds: readonly Kind[]; wantsCluster(clusterName: string): boolean },
): SelectedList[] {
  const wanted = clusterName === undefined ? wantsCluster : (name: string) => name === clusterName;
  const readAt = ({ cluster, kind }: SelectedList) => cluster.lists[kind]?.readAt ?? '';
  return Object.values(clusters)
    .filter((cluster) => wanted(cluster.clusterName))
    .flatMap((cluster) => listsOf(cluster).map((kind) => ({ cluster, kind })))
    .filter(({ kind }) => kinds.includes(kind))
    .filter(({ cluster: { goneAt, lists }, kind }) => goneAt === undefined || !isClosed(lists[kind], goneAt))
    .filter(({ cluster, kind }) => followAt === undefined || (cluster.lists[kind]?.moving ?? 0) > 0)
    .filter(({ cluster, kind }) => !progress || isLeft(cluster.lists[kind], runId, progress.startedAt))
    .sort((a, b) => (readAt(a) < readAt(b) ? -1 : readAt(a) > readAt(b) ? 1 : 0));
}

/** By this run, whose failures and doubts are its own: what another run found out meanwhile says nothing of it. */
const isLeft = (list: ListCoverage | undefined, runId: string, since: string) =>
  list === undefined ||
  resumeSince(list, since) !== undefined ||
  list.attemptedBy !== runId ||
  list.attemptedAt < since;

/** Where a reading of the task that began then was cut short. One that an older task left behind can't be resumed. */
export const resumeSince = (list: ListCoverage | undefined, since: string) =>
  list?.resume && list.resume.startedAt >= since ? list.resume : undefined;
