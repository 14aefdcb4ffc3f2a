// bin/actions/collect.ts: runs of the collector with one result, whether they are made in this process or behind an API.
import type { AtlasUsage } from '../../functions/atlas/model/atlas.ts';
import { DEFAULT_MAX_WAIT_MS, WaitBudget } from '../../functions/collector/run/wait-budget.ts';
import type { Ledger, Recorded } from '../../functions/ledger/model/ledger.ts';
import {
  addCounts,
  type ClusterFailure,
  noCounts,
  type PartStatus,
  type RunCounts,
  type RunPart,
  type RunScope,
} from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import type { Log } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import { span } from '../../functions/restore/text.ts';
import type { Accounts } from '../options/credentials.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import { thisProcess } from '../process/this-process.ts';

export interface Collected {
  status: PartStatus;
  runIds: string[];
  projects: number;
  /** `atlasRequests` includes those for the list of projects. */
  counts: RunCounts;
  failures: ClusterFailure[];
  /** How many of these belong to no project. */
  runFailures: number;
  /** Why events could not be read. Unknown of a run behind an API. */
  eventsFailures: { projectName: string; message: string }[];
  seconds: number;
  /** This machine's clock less Atlas's, where it was measured. */
  clockSkewMs?: number | undefined;
}

export interface EndedRun {
  runId: string;
  status: PartStatus | 'running';
  projects: number;
  counts: RunCounts;
  parts: readonly Pick<RunPart, 'projectId' | 'projectName' | 'failures'>[];
  failures: readonly ClusterFailure[];
}

/** One run for each scope, in turn. @throws what `run` throws, and the signal's reason */
export async function collectEach(
  scopes: readonly RunScope[],
  { progress, signal }: { progress: Progress; signal: AbortSignal },
  run: (scope: RunScope) => Promise<EndedRun>,
): Promise<Collected> {
  const beganAt = Date.now();
  const runs: EndedRun[] = [];
  try {
    for (const scope of scopes) {
      signal.throwIfAborted();
      runs.push(await run(scope));
    }
  } finally {
    progress.clear();
  }
  const sum = (of: (run: EndedRun) => number) => runs.reduce((total, each) => total + of(each), 0);
  // A run that has not ended was not read whole.
  const [status = 'failed', ...others] = new Set(
    runs.map((one) => (one.status === 'running' ? 'incomplete' : one.status)),
  );
  return {
    status: others.length === 0 ? status : 'incomplete',
    runIds: runs.map(({ runId }) => runId),
    projects: sum(({ projects }) => projects),
    counts: runs.map(({ counts }) => counts).reduce(addCounts, noCounts()),
    failures: runs.flatMap(({ parts, failures }) => [
      ...failures,
      ...parts.flatMap(({ projectId, projectName, failures: ofPart }) =>
        ofPart.map((failure) => ({ projectId, projectName, ...failure })),
      ),
    ]),
    runFailures: sum(({ failures }) => failures.length),
    eventsFailures: [],
    seconds: (Date.now() - beganAt) / 1000,
  };
}

/** For calls under way when a run is stopped, in ms. */
const GRACE_MS = 500;

export interface Collecting {
  accounts: Accounts;
  ledger: Ledger;
  rules: Rules;
  log: Log;
  progress: Progress;
  signal: AbortSignal;
  /** Counts how long Atlas's rate limits are waited for. @default up to 15 minutes */
  waits?: WaitBudget;
}

/** Progress so far, for a pass that is stopped half-way. */
export type Tally = { lists: number; added: number; changed: number };

/** @param tally counts along @throws LedgerError, Interrupted */
export async function collectLocally(
  scopes: readonly RunScope[],
  full: boolean,
  collecting: Collecting,
  tally: Tally = { lists: 0, added: 0, changed: 0 },
): Promise<Collected> {
  const { accounts, signal } = collecting;
  const waits = collecting.waits ?? new WaitBudget(DEFAULT_MAX_WAIT_MS, systemClock);
  const eventsFailures: Collected['eventsFailures'] = [];
  // Calls under way may end. Longer ones are cut off, and left to the next run.
  const cutOff = () => void systemClock.sleep(GRACE_MS).then(() => accounts[Symbol.asyncDispose]());
  signal.addEventListener('abort', cutOff, { once: true });
  try {
    const collected = await collectEach(scopes, collecting, (scope) =>
      runHere(scope, full, { ...collecting, waits, tally, eventsFailures }),
    );
    return { ...collected, eventsFailures, clockSkewMs: accounts.clockSkewMs };
  } finally {
    signal.removeEventListener('abort', cutOff);
  }
}

type RunningHere = Required<Collecting> & { tally: Tally } & Pick<Collected, 'eventsFailures'>;

async function runHere(
  scope: RunScope,
  full: boolean,
  { accounts, ledger, rules, log, progress, signal, waits, tally, eventsFailures }: RunningHere,
): Promise<EndedRun> {
  let [planned, done] = [0, 0];
  const show = (what: string) =>
    progress.show(
      `${done} of ${planned} projects, ${tally.lists} lists of jobs, ${tally.added} new, ${tally.changed} changed  ${sanitize(what)}`,
    );
  progress.show('listing projects');
  // Loaded here, since other commands, and --help, do without it.
  const { runLocally } = await import('../../functions/collector/run/local-run.ts');
  const [runId, before] = [newObjectId(new Date()), accounts.usage];
  const ports = { accounts: accounts.all, ledger, log, clock: systemClock, maker: thisProcess, waits };
  const { run, parts } = await runLocally(
    { runId, trigger: 'command', scope, full },
    {
      ...ports,
      onWait: ({ projectName, ms }) =>
        progress.note(`waiting ${span(ms / 1_000)}: Atlas's rate limit of project ${sanitize(projectName)}`),
      onEventsFailed: (failure) => eventsFailures.push(failure),
      onPlanned: (projects) => {
        planned = projects;
      },
      onProject: ({ projectName }) => {
        done += 1;
        show(projectName);
      },
      onList: ({ projectName, clusterName }) => {
        tally.lists += 1;
        show(`${projectName}/${clusterName}`);
      },
      onRecorded: ({ outcome }: Recorded, { projectName, projectId, clusterName }) => {
        if (outcome === 'new') tally.added += 1;
        if (outcome === 'changed') tally.changed += 1;
        if (tally.added % 50 === 0) show(`${projectName ?? projectId}/${clusterName}`);
      },
    },
    { rules },
    signal,
  );
  // Projects are read concurrently, so only the clients know how many requests were made.
  const counts = {
    ...parts.map((part) => part.counts).reduce(addCounts, noCounts()),
    ...usageSince(before, accounts.usage),
  };
  return { runId, status: run.status, projects: parts.length, counts, parts, failures: run.failures };
}

const usageSince = (before: AtlasUsage, now: AtlasUsage) => ({
  atlasRequests: now.requests + now.tokenRequests - before.requests - before.tokenRequests,
  throttles: now.throttles - before.throttles,
  waitedMs: now.waitedMs - before.waitedMs,
});

/** `Payments/Cluster0, dedicated restore jobs: GET ... answered 503 ...` */
export function failureLine({ projectName, clusterName, what, message }: ClusterFailure): string {
  const where = [projectName, clusterName].filter((part) => part !== undefined).join('/');
  return sanitize(`${where === '' ? '' : `${where}, `}${what}: ${message}`);
}
