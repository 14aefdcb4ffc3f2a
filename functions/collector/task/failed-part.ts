// functions/collector/task/failed-part.ts: the part of a run for a project that could not be collected at all.

import { LedgerError } from '../../ledger/model/errors.ts';
import { noCounts, type RunPart } from '../../ledger/model/run.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { CollectTask } from './task.ts';

/** Of an error that nobody foresaw: a fault of this program. */
export const UNEXPECTED = 'UNEXPECTED';

export function failedPart(
  { runId, projectId, projectName, progress }: CollectTask,
  error: unknown,
  { startedAt, clock, log }: { startedAt: string; clock: Pick<Clock, 'now'>; log: Log },
): RunPart {
  const { code, message } =
    error instanceof LedgerError
      ? error
      : { code: UNEXPECTED, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  const stack = error instanceof Error && code === UNEXPECTED ? { stack: error.stack } : {};
  log.error('project could not be collected', { runId, projectId, code, reason: message, ...stack });
  const counts = progress?.counts ?? noCounts();
  return {
    projectId,
    projectName,
    status: counts.jobsSeen > 0 ? 'incomplete' : 'failed',
    startedAt: progress?.startedAt ?? startedAt,
    finishedAt: new Date(clock.now()).toISOString(),
    counts: { ...counts, clustersFailed: counts.clustersFailed + 1 },
    failures: [...(progress?.failures ?? []), { what: 'project', code, message }],
  };
}
