// bin/actions/collect-remote.ts: runs of the collector behind an API, followed to their end.
import { noCounts, type RunScope } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { CommandError } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import { ApiError } from '../remote/errors.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import type { RunReport } from '../remote/shapes.ts';
import { type Collected, collectEach } from './collect.ts';

export interface RemoteCollection {
  ledger: ApiLedger;
  progress: Progress;
  signal: AbortSignal;
  onStarted(runId: string): void;
}

/** Between two polls, in ms; each wait is half as long again as the one before. */
const FIRST_POLL_MS = 250;
const MAX_POLL_MS = 3_000;
/** Failed polls in a row before it gives up; the client has retried each several times already. */
const MAX_FAILED_POLLS = 5;
/** A run without progress for so long has lost a part: twice Lambda's longest timeout. In ms. */
const STALLED_MS = 30 * 60_000;

/** @throws ApiError, CommandError, Interrupted */
export function collectRemotely(
  scopes: readonly RunScope[],
  full: boolean,
  remote: RemoteCollection,
): Promise<Collected> {
  const { ledger, progress, signal, onStarted } = remote;
  return collectEach(scopes, remote, async (scope) => {
    progress.show(`starting a run at ${ledger.url}`);
    const started = await unlessRaised(signal, ledger.startRun(scope, full));
    onStarted(started.runId);
    const report = await finished(started, remote);
    return { ...report, projects: report.finishedProjects, counts: report.counts ?? noCounts() };
  });
}

async function finished(started: RunReport, { ledger, progress, signal }: RemoteCollection): Promise<RunReport> {
  const { runId } = started;
  let [report, movedAt, failures] = [started, Date.now(), 0];
  for (let waitMs = FIRST_POLL_MS; report.status === 'running'; waitMs = Math.min(MAX_POLL_MS, waitMs * 1.5)) {
    progress.show(progressOf(report));
    if (Date.now() - movedAt > STALLED_MS) {
      throw new CommandError(
        `run ${runId} has shown no progress for ${STALLED_MS / 60_000} minutes; it may still end: restore-ledger runs --api ${ledger.url}`,
      );
    }
    await systemClock.sleep(waitMs, signal);
    try {
      const next = await unlessRaised(signal, ledger.run(runId));
      if (!next) throw new CommandError(`run ${runId} was started, but is no longer in the ledger of ${ledger.url}`);
      if (progressOf(next) !== progressOf(report)) movedAt = Date.now();
      [report, failures] = [next, 0];
    } catch (error) {
      failures += 1;
      if (!(error instanceof ApiError && error.transient) || failures >= MAX_FAILED_POLLS) throw error;
    }
  }
  return report;
}

function progressOf({ finishedProjects, projects, counts = noCounts(), parts }: RunReport): string {
  if (projects === undefined) return 'listing projects';
  const latest = sanitize(parts.at(-1)?.projectName ?? '');
  return `${finishedProjects} of ${projects} projects, ${counts.jobsNew} new, ${counts.jobsChanged} changed  ${latest}`;
}
