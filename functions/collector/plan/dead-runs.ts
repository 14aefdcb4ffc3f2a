// functions/collector/plan/dead-runs.ts: the end of runs without a sign of life: whoever was to end them was killed, or lost a task.
import type { Ledger } from '../../ledger/model/ledger.ts';
import { RUN_DIED, type Run, type RunRecord } from '../../ledger/model/run.ts';
import { runOutcome } from '../../ledger/model/run-outcome.ts';
import type { Log } from '../../platform/log.ts';
import { requestedAt } from '../../restore/object-id.ts';
import { printable } from '../../restore/text.ts';

/**
 * Without a sign of life for so long, a run is dead, in ms. By default a task is delivered to the collect function three
 * times, at the longest timeout that Lambda has 90 minutes apart (lib/services/collection.ts): four and a half hours. Where more tries are
 * set, a run may be ended too early, as incomplete; its last part corrects that.
 */
export const DEAD_AFTER_MS = 6 * 3_600_000;
/** Of the projects that were never read, a failure names the first. */
const MAX_NAMED = 5;

/** The process that makes runs from their beginning to their end. Where a queue is between, there is none. */
export interface RunMaker {
  name: string;
  /** True only where the process of this name is known to be no more. */
  hasEnded(name: string): boolean;
}

export interface DeadRunsOptions {
  /** The present run, which is passed over. */
  runId: string;
  /** Runs that began before have ended. @default as long ago as runs are kept */
  since?: string | undefined;
  maker?: RunMaker | undefined;
}

/** @returns the moment before which every run has now ended */
export async function endDeadRuns(
  { ledger, log, now }: { ledger: Ledger; log: Log; now(): number },
  { runId, since, maker }: DeadRunsOptions,
): Promise<string> {
  // Not later than this: a run can be listed a while after its id was made.
  let endedThrough = new Date(now() - DEAD_AFTER_MS).toISOString();
  for await (const { run, maker: name } of ledger.unfinishedRuns(since)) {
    if (run.runId === runId) continue;
    const dead = await ifDead(run, name !== undefined && maker?.hasEnded(name) === true);
    if (dead) {
      await ledger.endRun(run.runId, died(dead));
      log.warn('a run had not ended, and nothing was heard of it', { runId: run.runId, projects: run.projects });
    } else if (requestedAt(run.runId) < endedThrough) endedThrough = requestedAt(run.runId);
  }
  return endedThrough;

  async function ifDead(run: Run, isOver: boolean): Promise<RunRecord | undefined> {
    if (!isOver && isRecent(run.startedAt)) return undefined;
    const record = await ledger.run(run.runId);
    return isOver || !record?.parts.some(({ finishedAt }) => isRecent(finishedAt)) ? record : undefined;
  }

  function isRecent(at: string) {
    return now() - Date.parse(at) < DEAD_AFTER_MS;
  }
}

function died(record: RunRecord) {
  const { run, parts } = record;
  const { unread, unreadCount } = runOutcome(record);
  const [last = run.startedAt] = parts.map(({ finishedAt }) => finishedAt).sort((a, b) => (a < b ? 1 : -1));
  const named = unread.slice(0, MAX_NAMED).map(({ projectName }) => printable(projectName));
  const more = unreadCount > named.length && named.length > 0 ? ` and ${unreadCount - named.length} more` : '';
  const projects = `${unreadCount} ${unreadCount === 1 ? 'project' : 'projects'}`;
  const left =
    run.projects === undefined && unreadCount === 0
      ? 'it had not said yet what it was to read'
      : `${projects} never read in it${named.length === 0 ? '' : `: ${named.join(', ')}${more}`}`;
  const message = `the run did not end, and nothing was heard of it after ${last.slice(0, 19).replace('T', ' ')} UTC; ${left}`;
  return { what: 'run', code: RUN_DIED, message };
}
