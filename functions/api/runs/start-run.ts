// functions/api/runs/start-run.ts: the start of a run, once for each key, and the wait for its end.

import { runIdFor } from '../../collector/plan/request.ts';
import type { Run, RunPart } from '../../ledger/model/run.ts';
import { newObjectId } from '../../restore/object-id.ts';
import { type ApiPorts, KEY_MS, type RunStarter, TooManyRuns } from '../http/ports.ts';
import { RequestProblem } from '../http/problem.ts';
import type { AskedRun } from './run-request.ts';

/** Between two looks at a run; each is half as long again as the one before. */
const FIRST_LOOK_MS = 250;
const MAX_LOOK_MS = 2_000;

export interface StartedRun {
  run: Run;
  parts: RunPart[];
}

/** Requests that are being started now, by their key, so that of several with one key one starts the run. */
const underWay = new WeakMap<RunStarter, Map<string, Promise<StartedRun>>>();

/**
 * The run is written once it is accepted, and before the caller knows its id: one that is refused leaves nothing behind, and one
 * that is answered can be looked at. The run may write itself first; then it stays as it is. Two requests with one key that
 * reach two functions at the same time may both start it: it is the same run, and once more is harmless.
 * @throws RequestProblem 409, 429, 501, 503
 */
export async function startedRun(asked: AskedRun, ports: ApiPorts): Promise<StartedRun> {
  const { runs } = ports;
  if (!runs) {
    throw new RequestProblem('runs-not-available', {
      detail: 'this API has no collector beside it; POST to the deployed one, or use restore-ledger collect',
    });
  }
  const { idempotencyKey: key } = asked;
  if (key === undefined) return startNew(newObjectId(new Date(ports.now())), asked, { ...ports, runs });
  const starting = underWay.get(runs) ?? new Map<string, Promise<StartedRun>>();
  underWay.set(runs, starting);
  const first = starting.get(key);
  if (first) return repeated(await first, asked);
  const started = startOnce(key, asked, { ...ports, runs });
  starting.set(key, started);
  try {
    return await started;
  } finally {
    starting.delete(key);
  }
}

type StartPorts = ApiPorts & { runs: RunStarter };

async function startOnce(key: string, asked: AskedRun, ports: StartPorts): Promise<StartedRun> {
  const at = ports.now();
  const runId = keyedRunId(key, at);
  const [now, before] = await Promise.all([runId, keyedRunId(key, at - KEY_MS)].map((id) => ports.ledger.run(id)));
  const earlier = now ?? before;
  return earlier ? repeated(earlier, asked) : repeated(await startNew(runId, asked, ports), asked);
}

async function startNew(runId: string, { scope, full }: AskedRun, ports: StartPorts): Promise<StartedRun> {
  const { ledger, log, now, runs } = ports;
  const startedAt = new Date(now()).toISOString();
  const run: Run = { runId, trigger: 'request', scope, full, startedAt, status: 'running', failures: [] };
  try {
    await runs.start({ runId, scope, full });
  } catch (error) {
    log.error('run could not be started', { runId, reason: error instanceof Error ? error.message : String(error) });
    throw refusal(error);
  }
  await ledger.startRun(run);
  return (await ledger.run(runId)) ?? { run, parts: [] };
}

/** The same key gives the same id for an hour. The run is listed as of the beginning of that hour. */
const keyedRunId = (key: string, at: number) =>
  runIdFor(new Date(Math.floor(at / KEY_MS) * KEY_MS), `Idempotency-Key ${key}`);

function repeated(started: StartedRun, { scope, full }: AskedRun): StartedRun {
  const { run } = started;
  const { projectId, clusterName } = run.scope;
  if (projectId === scope.projectId && clusterName === scope.clusterName && run.full === full) return started;
  throw new RequestProblem('idempotency-conflict', {
    field: 'Idempotency-Key',
    detail: `it started run ${run.runId}, with another body: use a new key`,
  });
}

const refusal = (error: unknown) =>
  error instanceof TooManyRuns
    ? new RequestProblem('too-many-runs', { headers: { 'retry-after': String(error.retryAfterSeconds) } })
    : new RequestProblem('unavailable', {
        detail: 'the run could not be started; try again',
        headers: { 'retry-after': '5' },
      });

/** The run as it is after `waitMs`, or at its end where that comes first. */
export async function finished(
  started: StartedRun,
  waitMs: number,
  { ledger, sleep = pause }: Pick<ApiPorts, 'ledger' | 'sleep'>,
): Promise<StartedRun> {
  let report = started;
  let leftMs = waitMs;
  for (let lookMs = FIRST_LOOK_MS; leftMs > 0 && report.run.status === 'running'; lookMs *= 1.5) {
    const sleptMs = Math.min(lookMs, MAX_LOOK_MS, leftMs);
    await sleep(sleptMs);
    leftMs -= sleptMs;
    report = (await ledger.run(started.run.runId)) ?? report;
  }
  return report;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
