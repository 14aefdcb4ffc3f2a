// bin/actions/collect-remote.ts has a run made by the collector behind an API, follows it, and says what came of it.

import { addCounts, noCounts, type RunScope } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { CommandError } from '../process/exit-codes.ts';
import { unlessRaised } from '../process/interrupt.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import { ApiError } from '../remote/errors.ts';
import type { ApiLedger } from '../remote/ledger.ts';
import type { RunReport } from '../remote/shapes.ts';
import { type Collected, together } from './collect.ts';

export interface RemoteCollection {
  ledger: ApiLedger;
  progress: Progress;
  signal: AbortSignal;
  onStarted?(runId: string): void;
}

/** Between two looks, in ms; each is half as long again as the one before. */
const FIRST_LOOK_MS = 250;
const MAX_LOOK_MS = 3_000;
/** Failed looks in a row that are put up with; the client has tried each several times already. */
const PATIENCE = 5;
/** A run that shows no progress for so long has lost a part: twice what Lambda lets a function run. In ms. */
const STALLED_MS = 30 * 60_000;

/** A run for each scope, one after the other, told as one. @throws ApiError, CommandError, Interrupted */
export async function collectRemotely(
  scopes: readonly RunScope[],
  full: boolean,
  { ledger, progress, signal, onStarted = () => {} }: RemoteCollection,
): Promise<Collected> {
  const beganAt = Date.now();
  const runs: RunReport[] = [];
  try {
    for (const scope of scopes) {
      signal.throwIfAborted();
      progress.show(`asking ${ledger.url} for a run`);
      const started = await unlessRaised(signal, ledger.startRun(scope, full));
      onStarted(started.runId);
      runs.push(await finished(started, ledger, progress, signal));
    }
  } finally {
    progress.clear();
  }
  return {
    // A run that still runs is not returned.
    status: together(runs.map(({ status }) => (status === 'running' ? 'incomplete' : status))),
    runIds: runs.map(({ runId }) => runId),
    projects: runs.reduce((sum, { finishedProjects }) => sum + finishedProjects, 0),
    // An API of an older version counts less.
    counts: runs.map(({ counts }) => ({ ...noCounts(), ...counts })).reduce(addCounts, noCounts()),
    failures: runs.flatMap(({ failures, parts }) => [
      ...failures,
      ...parts.flatMap(({ projectId, projectName, failures: ofPart }) =>
        ofPart.map((failure) => ({ projectId, projectName, ...failure })),
      ),
    ]),
    runFailures: runs.reduce((sum, { failures }) => sum + failures.length, 0),
    eventsFailures: [],
    seconds: (Date.now() - beganAt) / 1000,
  };
}

async function finished(
  started: RunReport,
  ledger: ApiLedger,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunReport> {
  const { runId } = started;
  let report = started;
  let movedAt = Date.now();
  let failures = 0;
  for (let waitMs = FIRST_LOOK_MS; report.status === 'running'; waitMs = Math.min(MAX_LOOK_MS, waitMs * 1.5)) {
    progress.show(told(report));
    if (Date.now() - movedAt > STALLED_MS) throw stalled(runId, ledger.url);
    await systemClock.sleep(waitMs, signal);
    const next = await unlessRaised(signal, look());
    if (next && told(next) !== told(report)) movedAt = Date.now();
    report = next ?? report;
  }
  return report;

  /** Nothing where the answer didn't come, but may yet. */
  async function look(): Promise<RunReport | undefined> {
    try {
      const next = await ledger.run(runId);
      if (!next) throw new CommandError(`run ${runId} was started, but is not in the ledger of ${ledger.url} any more`);
      failures = 0;
      return next;
    } catch (error) {
      failures += 1;
      if (!(error instanceof ApiError && error.transient) || failures >= PATIENCE) throw error;
      return undefined;
    }
  }
}

function told({ finishedProjects, projects, counts = noCounts(), parts }: RunReport): string {
  if (projects === undefined) return 'listing projects';
  const latest = sanitize(parts.at(-1)?.projectName ?? '');
  return `${finishedProjects} of ${projects} projects, ${counts.jobsNew} new, ${counts.jobsChanged} changed  ${latest}`;
}

const stalled = (runId: string, url: string) =>
  new CommandError(
    `run ${runId} has shown no progress for ${STALLED_MS / 60_000} minutes; it may still end: restore-ledger runs --api ${url}`,
  );
