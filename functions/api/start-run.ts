// functions/api/start-run.ts starts a run once, however often it is asked for, and waits for its end.
import type { Run, RunPart } from '../ledger/run.ts';
import { runIdFor } from '../plan/request.ts';
import { newObjectId } from '../restore/object-id.ts';
import { type ApiPorts, TooManyRuns } from './ports.ts';
import { RequestProblem } from './problem.ts';
import type { AskedRun } from './run-request.ts';

/** A key is remembered for at least so long, and less than twice as long. */
const KEY_MS = 3_600_000;
/** Between two looks at a run; each is half as long again as the one before. */
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 2_000;

/**
 * The run is written before it is started, on the condition that it isn't there: so it can be looked at as soon as the
 * caller knows its id, and of two requests with one key one starts it.
 * @throws RequestProblem 409, 429, 501, 503
 */
export async function startedRun(asked: AskedRun, ports: ApiPorts): Promise<Run> {
  const { ledger, log, runs } = ports;
  if (!runs) {
    throw new RequestProblem('runs-not-available', {
      detail: 'this API has no collector beside it; POST to the deployed one, or use restore-ledger collect',
    });
  }
  const { scope, full, idempotencyKey: key } = asked;
  const at = new Date(ports.now());
  const runId = key === undefined ? newObjectId(at) : keyedRunId(key, at);
  const startedAt = at.toISOString();
  const run: Run = { runId, trigger: 'request', scope, full, startedAt, status: 'running', failures: [] };

  if (key !== undefined) {
    const ids = [runId, keyedRunId(key, new Date(at.getTime() - KEY_MS))];
    const [now, before] = await Promise.all(ids.map((id) => ledger.run(id)));
    const earlier = now ?? before;
    if (earlier) return repeated(earlier.run, asked);
  }
  await ledger.startRun(run);
  if (key !== undefined) {
    // Another request with this key may have come in between. Of the same millisecond, both start it: once more is harmless.
    const stored = repeated((await ledger.run(runId))?.run ?? run, asked);
    if (stored.startedAt !== startedAt) return stored;
  }
  try {
    await runs.start({ runId, scope, full });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error('run could not be started', { runId, reason });
    await ledger.planRun(runId, 0, [{ what: 'start', code: 'NOT_STARTED', message: 'the run could not be started' }]);
    throw refusal(error);
  }
  return run;
}

/** The same key gives the same id for an hour. The run is listed as of the beginning of that hour. */
const keyedRunId = (key: string, at: Date) =>
  runIdFor(new Date(Math.floor(at.getTime() / KEY_MS) * KEY_MS), `Idempotency-Key ${key}`);

function repeated(run: Run, { scope, full }: AskedRun): Run {
  const { projectId, clusterName } = run.scope;
  if (projectId === scope.projectId && clusterName === scope.clusterName && run.full === full) return run;
  throw new RequestProblem('idempotency-conflict', {
    field: 'Idempotency-Key',
    detail: `it started run ${run.runId}, with another body: use a new key`,
  });
}

const refusal = (error: unknown) =>
  error instanceof TooManyRuns
    ? new RequestProblem('too-many-runs', { headers: { 'retry-after': String(error.retryAfterSeconds) } })
    : new RequestProblem('unavailable', {
        detail: 'the run could not be started; try again with another Idempotency-Key, or none',
        headers: { 'retry-after': '5' },
      });

/** The run as it is after `waitMs`, or at its end where that comes first. */
export async function finished(
  runId: string,
  waitMs: number,
  { ledger, sleep = pause }: Pick<ApiPorts, 'ledger' | 'sleep'>,
): Promise<{ run: Run; parts: RunPart[] } | undefined> {
  let leftMs = waitMs;
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 1.5)) {
    const report = await ledger.run(runId);
    if (leftMs <= 0 || report?.run.status !== 'running') return report;
    const sleptMs = Math.min(lookMs, leftMs);
    await sleep(sleptMs);
    leftMs -= sleptMs;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
