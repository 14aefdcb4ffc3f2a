// functions/collector/project/result.ts: what a task reports: its part of the run, and the tasks that follow it.
import { addCounts, type ClusterFailure, noCounts, type RunCounts, type RunPart } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import type { CollectTask } from '../task/task.ts';
import { type Collection, fail, isFollow } from './collection.ts';

/** A task for later. */
export interface Later {
  task: CollectTask;
  delayMs: number;
}

export interface CollectResult {
  /** What this task, with the messages before it, has done; final unless `next` is there. */
  part: RunPart;
  /** Time ran out: this is left to do. */
  next?: Later;
  /** The lists that Atlas's rate limit, or a call that took too long, left, each with why. */
  left?: ClusterFailure[];
  /** Jobs are running: this reads them again. */
  follow?: Later;
  /** Time ran out before all restores were attributed: the next collection goes on. */
  requestersLeft?: true;
}

const MAX_FAILURES = 100;

export function partOf(collection: Collection): RunPart {
  const { task, time, ports, clustersLeftOut } = collection;
  const { progress, projectId, projectName } = task;
  const counts = addCounts(progress?.counts ?? noCounts(), { ...collection.counts, ...spent(collection) });
  const failures = [...(progress?.failures ?? []), ...collection.failures].slice(0, MAX_FAILURES);
  counts.clustersFailed = new Set(failures.map(({ clusterName, what }) => clusterName ?? what)).size;
  return {
    projectId,
    projectName,
    status: failures.length === 0 ? 'complete' : counts.listsRead + counts.jobsSeen === 0 ? 'failed' : 'incomplete',
    startedAt: progress?.startedAt ?? time.at(collection.startedMs),
    finishedAt: time.at(ports.now()),
    counts,
    failures,
    ...defined({ clustersLeftOut }),
  };
}

function spent({ ports, usageBefore }: Collection): Pick<RunCounts, 'atlasRequests' | 'throttles' | 'waitedMs'> {
  const { usage } = ports.atlas;
  return {
    atlasRequests: usage.requests + usage.tokenRequests - usageBefore.requests - usageBefore.tokenRequests,
    throttles: usage.throttles - usageBefore.throttles,
    waitedMs: usage.waitedMs - usageBefore.waitedMs,
  };
}

export function giveUp(collection: Collection): void {
  const { listsLeft, options } = collection;
  const message = `${listsLeft} lists were left after ${options.maxMessages} messages: give the function more time`;
  fail(collection, { what: 'restore jobs', code: 'OUT_OF_TIME', message });
  collection.listsLeft = 0;
}

/** The rest of the task, where something of it is left. */
export function nextOf(collection: Collection, part: RunPart): Pick<CollectResult, 'next' | 'left'> {
  const { listsLeft, left, stayAwayMs, ports } = collection;
  // A follow-up of running jobs is followed by another one anyway.
  if (listsLeft === 0 || isFollow(collection)) return {};
  const { progress: before, ...task } = collection.task;
  const { startedAt, counts, failures } = part;
  const progress = { startedAt, messages: (before?.messages ?? 1) + 1, counts, failures };
  const { runId, projectId } = task;
  ports.log.info('out of time, going on in another message', { runId, projectId, lists: listsLeft });
  const next = { task: { ...task, progress }, delayMs: stayAwayMs };
  return { next, ...(left.length > 0 ? { left } : {}) };
}

/** The next follow-up of running jobs, where it is this collector's to queue. */
export function followOf({ task, options }: Collection, followAt: string | undefined): Pick<CollectResult, 'follow'> {
  if (followAt === undefined) return {};
  const { progress: _, full: __, clusterName: ___, ...rest } = task;
  return { follow: { task: { ...rest, followAt }, delayMs: options.followMs } };
}
