// functions/collector/run/handle-task.ts: the handling of one task from the queue.
import type { Atlas } from '../../atlas/model/atlas.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { Log } from '../../platform/log.ts';
import type { CountingOptions } from '../evaluate/count-coverage.ts';
import { countDays } from '../evaluate/count-days.ts';
import { collectProject } from '../project/collect-project.ts';
import type { CollectOptions } from '../project/collection.ts';
import { anyOf } from '../task/any-account.ts';
import { failedPart } from '../task/failed-part.ts';
import { type CollectTask, parseTask } from '../task/task.ts';

export interface HandleTaskPorts {
  accounts: readonly { name: string; atlas: Atlas }[];
  ledger: Ledger;
  queue: { sendLater(task: CollectTask, delayMs: number): Promise<void> };
  log: Log;
  now(): number;
  timeLeftMs(): number;
}

/** Kept back from Atlas for writing the coverage and queueing what is left, in ms. */
const RESERVE_MS = 15_000;

/** @throws if the message is not a valid task, or the ledger or the queue fails; a retry is harmless */
export async function handleTask(
  body: string,
  ports: HandleTaskPorts,
  options: CollectOptions & CountingOptions,
): Promise<void> {
  const { accounts, ledger, queue, log, now, timeLeftMs } = ports;
  const task = parseTask(body);
  const atlas = atlasFor(task, accounts).within(() => timeLeftMs() - RESERVE_MS);

  const { part, next, follow } = await collectProject(
    task,
    { atlas, ledger, log, now, timeLeftMs },
    { ...options, reserveMs: RESERVE_MS },
  ).catch(async (error) => {
    // Else nobody could count the coverage before it is certain that this task has died.
    await ledger.coverageWritten().catch(() => {});
    // The queue retries. If every retry fails, a later run marks this run incomplete (RUN_DIED).
    failedPart(task, error, { startedAt: new Date(now()).toISOString(), clock: { now }, log });
    throw error;
  });
  const isFollowUp = task.followAt !== undefined;
  let isOver = isFollowUp;
  await ledger.coverageWritten();
  if (next) await queue.sendLater(next.task, next.delayMs);
  else if (!isOver) isOver = (await ledger.finishPart(task.runId, part)).status !== 'running';
  if (follow) await queue.sendLater(follow.task, follow.delayMs);
  const { runId, projectId } = task;
  const isOutOfTime = () => timeLeftMs() < RESERVE_MS;
  if (isOver) {
    await countDays(ledger, isOutOfTime, { log, runId });
    // Of the one task that ends a run: the others start without it.
    const { tryToCountCoverage } = await import('../evaluate/count-coverage.ts');
    const counting = { now, lateAfterMs: options.lateAfterMs, isOutOfTime };
    await tryToCountCoverage(ledger, counting, { log, runId, isRun: !isFollowUp });
  }
  log.info('project collected', {
    runId,
    projectId,
    status: part.status,
    goesOn: next !== undefined,
    followed: follow !== undefined,
    ...part.counts,
  });
}

/** @throws Error where the task names none that are here; a single one serves every task */
function atlasFor(task: CollectTask, accounts: HandleTaskPorts['accounts']): Atlas {
  const named = task.accounts.flatMap((name) => accounts.filter((account) => account.name === name));
  const able = named.length > 0 ? named : accounts.length === 1 ? accounts : [];
  if (able.length > 0) return anyOf(able.map(({ atlas }) => atlas));
  throw new Error(`the task names credentials that this function does not have: ${task.accounts.join(', ') || 'none'}`);
}
