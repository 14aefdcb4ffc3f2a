// functions/collector/project/check-discovery.ts: what makes a project's discovery fail, or not count.

import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import { clusterNamed } from '../../ledger/model/coverage.ts';
import type { Kind } from '../../schema/words.ts';
import type { Attempt } from '../list/list-coverage.ts';
import { LIST_CONTRADICTS } from './collect-list.ts';
import { type Collection, EVERY_CLUSTER, fail, leave } from './collection.ts';
import type { Discovery } from './discover.ts';
import { leftOut } from './discovered-clusters.ts';

type Clusters = Record<string, ClusterCoverage>;

/** Notes the lists of clusters that failed or were left for later, and a chosen cluster that isn't there. */
export function noteMissing(collection: Collection, { lists, forLater }: Discovery, clusters: Clusters): void {
  for (const [list, found] of Object.entries(lists)) {
    if ('failure' in found) fail(collection, { what: `${list} clusters`, ...found.failure });
  }
  const { clusterName, projectName } = collection.task;
  if (clusterName !== undefined && !clusterNamed(clusters, clusterName)) {
    const message = `project ${projectName} has no cluster named ${clusterName}`;
    fail(collection, { clusterName, what: 'cluster', code: 'ATLAS_NOT_FOUND', message });
  }
  for (const { list, error } of forLater) leave(collection, error, { what: `${list} clusters` });
}

/** @returns the number of clusters, where the choice of clusters leaves out all of them */
export function clustersLeftOut({ task, options }: Collection, clusters: Clusters): number | undefined {
  const { wantsCluster } = options;
  if (wantsCluster === EVERY_CLUSTER || task.clusterName !== undefined) return undefined;
  const there = Object.values(clusters).filter(({ goneAt }) => goneAt === undefined);
  return there.some(({ clusterName }) => wantsCluster(clusterName)) ? undefined : there.length;
}

/** A list of clusters without one whose restores Atlas lists may lack others, too: it doesn't count as read. */
export function checkAgainstLists(collection: Collection, discovery: Discovery, clusters: Clusters): void {
  const { task, attempts } = collection;
  const since = task.progress?.startedAt ?? discovery.startedAt;
  const isRead = (clusterName: string, kind: Kind) =>
    attempts.some(
      (made) =>
        made.clusterName === clusterName &&
        made.kind === kind &&
        'reading' in made.attempt &&
        made.attempt.reading.complete,
    );
  for (const [list, clusterName] of leftOut(clusters, discovery, { since, isRead })) {
    const message = `the list of ${list} clusters leaves out ${clusterName}, whose restores Atlas lists: it may leave out others, too`;
    const failure = { code: LIST_CONTRADICTS, message };
    discovery.lists[list] = { failure };
    fail(collection, { what: `${list} clusters`, ...failure });
  }
}

/**
 * Where Atlas's time is not known, nothing counts as read, and no cluster as found or gone: jobs are recorded, and each list that
 * would have counted is a failure. Where nothing was answered at all, each list has its own failure already.
 */
export function withoutTime(collection: Collection, discovery: Discovery): Discovery {
  const { attempts, counts, time } = collection;
  const { failure } = time;
  const isReached = (attempt: Attempt) => !('failure' in attempt || 'lostSight' in attempt);
  const reached = attempts.filter(({ attempt }) => isReached(attempt));
  const lists = Object.entries(discovery.lists).map(([list, found]) => [list, 'read' in found ? { failure } : found]);
  if (reached.length === 0 && Object.values(discovery.lists).every((found) => !('read' in found))) return discovery;
  for (const each of reached) {
    const added = 'reading' in each.attempt ? each.attempt.reading.counts.new : 0;
    each.attempt = { startedAt: each.attempt.startedAt, failure, added };
  }
  counts.listsRead = 0;
  fail(collection, { what: 'clock', ...failure });
  return { ...discovery, clusters: [], lists: Object.fromEntries(lists) };
}
