// functions/collector/project/collect-project.ts: the collection of one project's restore jobs and coverage.
import { letGoBy } from '../../ledger/let-go/let-go.ts';
import { noteMissed } from '../evaluate/missed-restores.ts';
import { recounted } from '../evaluate/revisions.ts';
import { selectLists } from '../list/select-lists.ts';
import type { CollectTask } from '../task/task.ts';
import { checkAgainstLists, clustersLeftOut, noteMissing, withoutTime } from './check-discovery.ts';
import {
  beginCollection,
  type Collection,
  type CollectOptions,
  isFollow,
  isForLater,
  mayGoOn,
  outOfTime,
} from './collection.ts';
import { discover, interpreted, nothingDiscovered } from './discover.ts';
import { withDiscovery } from './discovered-clusters.ts';
import { evaluateProject, NOT_EVALUATED } from './evaluation.ts';
import type { CollectPorts } from './ports.ts';
import { prefetchLists, readLists } from './read-lists.ts';
import { type CollectResult, followOf, giveUp, nextOf, partOf } from './result.ts';
import { believed, saveCoverage } from './save-coverage.ts';

/**
 * One failing cluster costs only itself: it is named in the part and in the coverage. The coverage is read first and
 * written last, so that a crash in between only repeats idempotent writes. Every time that is
 * stored is by the earlier of our clock and Atlas's.
 * @throws LedgerError where the ledger can't be read or the coverage not written; the task can be given again
 */
export async function collectProject(
  task: CollectTask,
  ports: CollectPorts,
  options: CollectOptions = {},
): Promise<CollectResult> {
  const collection = beginCollection(task, ports, options);
  const { time } = collection;
  const { projectId, runId } = task;
  const read = await ports.ledger.coverage(projectId);
  // A follow-up that is not the one the coverage expects: another was queued since, or this one was delivered twice.
  if (isFollow(collection) && read?.followAt !== task.followAt) return { part: partOf(collection) };
  const discovering = isFollow(collection)
    ? nothingDiscovered()
    : discover(ports.atlas, projectId, (error) => isForLater(collection, error));
  if (read) prefetchLists(collection, read);
  const found = await discovering;
  if (isFollow(collection)) await collection.prefetched.answered;
  time.warn(ports.log, { runId, projectId });

  const isTimeKnown = time.isMeasured;
  const stored = read && believed(collection, read, isTimeKnown);
  collection.stored = stored;
  collection.isLetGo = letGoBy(stored?.letGo);
  const { startedMs } = collection;
  const moment = { startedAt: time.at(startedMs), startedAtLatest: time.latestAt(startedMs) };
  const discovery = interpreted(found, stored, moment);
  const clusters = withDiscovery(stored?.clusters ?? {}, discovery);
  collection.clusters = clusters;
  noteMissing(collection, discovery, clusters);

  const lists = selectLists(clusters, task, collection.options);
  if (!task.progress) collection.counts.clusters = new Set(lists.map(({ cluster }) => cluster.clusterName)).size;
  collection.clustersLeftOut = clustersLeftOut(collection, clusters);
  await readLists(collection, lists, discovery);

  checkAgainstLists(collection, discovery, clusters);
  const proven = time.isMeasured ? discovery : withoutTime(collection, discovery);
  // By a clock that may be wrong nobody can say whose events are still to come.
  const isDone = collection.listsLeft === 0 && time.isMeasured;
  if (isDone && collection.lateIds.length > 0) await collection.known.readBefore();
  const hadUnattributed = isDone && collection.unattributedFrom !== undefined;
  const evaluation = isDone ? await evaluateProject(collection) : NOT_EVALUATED;
  await countRevisions(collection);
  const { coverage, followAt } = await saveCoverage(collection, proven, evaluation, { read, isTimeKnown });
  await noteMissed(evaluation.expected ?? [], coverage, time.now(), ports.ledger);
  await ports.ledger.markDaysAgain();
  if (collection.listsLeft > 0 && !mayGoOn(collection)) giveUp(collection);
  const part = partOf(collection);
  return {
    part,
    ...nextOf(collection, part),
    ...followOf(collection, followAt),
    ...(hadUnattributed && outOfTime(collection) ? { requestersLeft: true } : {}),
  };
}

/** After all that this task wrote. A follow-up adds its own, and no more. */
async function countRevisions(collection: Collection): Promise<void> {
  const { task, ports, options, stored } = collection;
  if (isFollow(collection) || !(options.forwardsRecords || stored?.revisions)) return;
  const about = { projectId: task.projectId, stored: stored?.revisions, now: ports.now() };
  collection.revisionsCounted = await recounted(about, ports.ledger);
}
