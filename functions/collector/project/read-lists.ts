// functions/collector/project/read-lists.ts: the reading of the lists that a task selected.

import type { ProjectCoverage, Resume } from '../../ledger/model/coverage.ts';
import { LISTS_OF } from '../../ledger/model/coverage.ts';
import { CLOCK_TOLERANCE_MS } from '../../ledger/model/merge-observation.ts';
import { defined } from '../../platform/defined.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { problemText } from '../../restore/field-reader.ts';
import type { Source } from '../../restore/job.ts';
import { KINDS } from '../../schema/words.ts';
import { earlier } from '../evaluate/attribution.ts';
import type { Standing } from '../list/absence.ts';
import type { Attempt } from '../list/list-coverage.ts';
import { isFirst, type ListCounts, type ListReading } from '../list/reading.ts';
import { formerSince, resumeSince, type SelectedList, selectLists } from '../list/select-lists.ts';
import { type CollectListPorts, collectList, type ListOutcome } from './collect-list.ts';
import { type Collection, fail, isFollow, isForLater, leave, outOfTime } from './collection.ts';
import type { Discovery } from './discover.ts';
import { addressable } from './discovered-clusters.ts';
import { evaluatorOf } from './evaluation.ts';
import { clustersReplaced } from './project-coverage.ts';
import { noteRecorded } from './recorded-jobs.ts';

/** A list, perhaps of a cluster whose name, and so its coverage, another one has by now. */
type CollectedList = SelectedList & { isReplaced?: boolean };

/** Pages of all lists of a project that may wait in memory for those before them. */
const PAGES_AHEAD = 16;

/**
 * Requests the first pages that would be read anyway, unless their clusters turn out to be gone or replaced. In a process whose
 * clock was not compared with Atlas's yet, discovery comes first: stored times mean nothing before that.
 */
export function prefetchLists(collection: Collection, read: ProjectCoverage): void {
  const { task, ports, options, prefetched } = collection;
  const { atlas, now } = ports;
  if (task.progress || (atlas.clockSkewMs === undefined && !isFollow(collection))) return;
  const lists = selectLists(read.clusters, task, options).filter((list) => !wantsFull(collection, list));
  prefetched.begin(task.projectId, lists, { atlas, now, limit: options.limits.lists });
}

export async function readLists(
  collection: Collection,
  selected: readonly SelectedList[],
  discovery: Discovery,
): Promise<void> {
  const { parallelLists, limits } = collection.options;
  const lists: CollectedList[] = [...selected, ...leftBehind(collection.stored, discovery)];
  const ahead = Math.floor(PAGES_AHEAD / Math.max(1, lists.length));
  await forEachConcurrent(lists, parallelLists, (list) =>
    limits.lists(() => readOne(collection, list, { standing: standingOf(list, discovery), ahead })),
  );
}

async function readOne(
  collection: Collection,
  list: CollectedList,
  { standing, ahead }: { standing: Standing; ahead: number },
): Promise<void> {
  if (outOfTime(collection)) {
    collection.listsLeft += 1;
    return;
  }
  const { cluster, kind } = list;
  const { clusterName, clusterId } = cluster;
  const { projectId, projectName, runId, progress } = collection.task;
  const stored = cluster.lists[kind];
  const source: Source = { projectId, projectName, clusterName, ...defined({ clusterId }) };
  const resume: Resume | undefined = progress && resumeSince(stored, progress.startedAt);
  const full = resume?.full ?? wantsFull(collection, list);
  const outcome = await collectList(
    {
      list: { kind, projectId, clusterName },
      source,
      runId,
      cluster,
      stored,
      standing,
      full,
      resume,
      ahead,
      prefetched: full ? undefined : collection.prefetched.take(clusterName, kind, stored),
      isFollow: isFollow(collection),
    },
    listPorts(collection, list, source),
  );
  noteOutcome(collection, list, outcome);
}

function listPorts(collection: Collection, { cluster, kind }: SelectedList, source: Source): CollectListPorts {
  const { ports, time, known, options } = collection;
  return {
    ...ports,
    time,
    known,
    evaluatorAt: (startedAt) => evaluatorOf(collection, cluster.lists[kind], startedAt),
    onRecorded: (recorded) => {
      noteRecorded(collection, recorded);
      ports.onRecorded?.(recorded, source);
    },
    outOfTime: () => outOfTime(collection),
    writes: options.limits.writes,
    isLetGo: collection.isLetGo,
    isForLater: (error) => isForLater(collection, error),
  };
}

function noteOutcome(collection: Collection, list: CollectedList, outcome: ListOutcome): void {
  const { attempt, unfinished, counts, unattributedFrom } = outcome;
  const { kind, cluster } = list;
  const { clusterName } = cluster;
  if (attempt) noteAttempt(collection, list, attempt);
  if (unfinished?.error) leave(collection, unfinished.error, { clusterName, what: `${kind} restore jobs` });
  else if (unfinished) collection.listsLeft += 1;
  count(collection, counts);
  collection.unattributedFrom = earlier(collection.unattributedFrom, unattributedFrom);
  const failed = attempt !== undefined && 'failure' in attempt;
  const { projectName } = collection.task;
  if (!unfinished) collection.ports.onList?.({ projectName, clusterName, kind, jobs: counts.seen, failed });
}

function noteAttempt(collection: Collection, list: CollectedList, attempt: Attempt): void {
  const { cluster, kind, isReplaced = false } = list;
  const { clusterName } = cluster;
  if (!isReplaced) collection.attempts.push({ clusterName, kind, attempt });
  if ('reading' in attempt && attempt.reading.complete) {
    collection.counts.listsRead += 1;
    if (isFirst(cluster.lists[kind])) collection.counts.firstLists += 1;
  }
  const what = `${kind} restore jobs`;
  if ('failure' in attempt) fail(collection, { clusterName, what, ...attempt.failure });
  else if ('reading' in attempt && attempt.reading.problems.length > 0) {
    fail(collection, { clusterName, what, code: 'ATLAS_BAD_ANSWER', message: unrecorded(attempt.reading) });
  }
}

function count({ counts: sum }: Collection, counts: ListCounts): void {
  sum.jobsSeen += counts.seen;
  sum.jobsNew += counts.new;
  sum.jobsChanged += counts.changed;
  sum.jobsVanished += counts.vanished;
  sum.problems += counts.problems;
}

function wantsFull({ task, time, options }: Collection, { cluster, kind }: SelectedList): boolean {
  const { fullReadAt } = cluster.lists[kind] ?? {};
  if (task.full === true || fullReadAt === undefined) return true;
  const ageMs = time.now() - Date.parse(fullReadAt);
  // A time in the future says nothing.
  if (ageMs >= options.fullEveryMs || ageMs < -CLOCK_TOLERANCE_MS) return true;
  return fullReadAt < (formerSince(cluster, kind) ?? '');
}

/** The failure message for jobs that have no id to record them by. */
function unrecorded({ counts: { problems: count }, problems: [first] }: ListReading): string {
  const jobs = count === 1 ? '1 restore job' : `${count} restore jobs`;
  const example = first ? `: ${first.jobId === undefined ? '' : `${first.jobId}: `}${problemText(first)}` : '';
  return `${jobs} could not be recorded without an id${example}`;
}

/** What this task's own discovery says of a list's cluster. */
function standingOf({ cluster, kind }: SelectedList, { startedAt, clusters }: Discovery): Standing {
  if (cluster.deleted || formerSince(cluster, kind) !== undefined) return 'former';
  const isFound = cluster.seenAt === startedAt && clusters.some(({ name }) => name === cluster.clusterName);
  return isFound ? 'present' : 'unknown';
}

/** Lists with open jobs of clusters whose name now belongs to a cluster without such a list: nothing else would read them again. */
function leftBehind(stored: ProjectCoverage | undefined, discovery: Discovery): CollectedList[] {
  const tierOf = new Map(addressable(discovery.clusters).map(({ name, tier }) => [name, tier]));
  return clustersReplaced(stored, discovery).flatMap((cluster) => {
    const listed = LISTS_OF[tierOf.get(cluster.clusterName) ?? cluster.tier];
    const kinds = KINDS.filter((kind) => !listed.includes(kind) && (cluster.lists[kind]?.open ?? 0) > 0);
    return kinds.map((kind) => ({ cluster, kind, isReplaced: true }));
  });
}
