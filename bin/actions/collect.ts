// bin/actions/collect.ts makes one pass of the collector in this process and says what came of it.
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
import type { Source } from '../../functions/restore/job.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import type { Accounts } from '../options/credentials.ts';
import { span } from '../process/duration.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import { thisProcess } from '../process/this-process.ts';

/** For calls under way when a run is stopped, in ms. */
const GRACE_MS = 500;

export interface Collecting {
  accounts: Accounts;
  ledger: Ledger;
  /** What restores are held against. */
  rules: Rules;
  log: Log;
  progress: Progress;
  signal: AbortSignal;
  /** Counts how long Atlas's rate limits are waited for. @default up to 15 minutes */
  waits?: WaitBudget;
  onRecorded?(recorded: Recorded, source: Source): void;
}

/** One that failed, and whose it is. */
export interface NamedFailure extends ClusterFailure {
  projectId?: string;
  projectName?: string;
}

export interface Collected {
  status: PartStatus;
  runIds: string[];
  projects: number;
  /** `atlasRequests` has those for the list of projects too. */
  counts: RunCounts;
  failures: NamedFailure[];
  /** Of these, those of no project. */
  runFailures: number;
  /** Why events could not be read. Those of a run behind an API are not told. */
  eventsFailures: EventsFailure[];
  seconds: number;
  /** This machine's clock less Atlas's, where it was measured. */
  clockSkewMs?: number;
}

export interface EventsFailure {
  projectName: string;
  code: string;
  message: string;
}

/** What has come in so far, for a pass that is stopped half-way. */
export interface Tally {
  lists: number;
  added: number;
  changed: number;
}

export const emptyTally = (): Tally => ({ lists: 0, added: 0, changed: 0 });

/**
 * A run for each scope, one after the other, told as one.
 * @param tally counts along
 * @throws LedgerError, Interrupted
 */
export async function collectLocally(
  scopes: readonly RunScope[],
  full: boolean,
  collecting: Collecting,
  tally = emptyTally(),
): Promise<Collected> {
  const { accounts, progress, signal, waits = new WaitBudget(DEFAULT_MAX_WAIT_MS, systemClock) } = collecting;
  const [beganAt, before] = [Date.now(), accounts.usage];
  const runs: { runId: string; status: PartStatus; parts: RunPart[]; failures: ClusterFailure[] }[] = [];
  const eventsFailures: EventsFailure[] = [];
  // Calls under way may end; those that take longer are cut off, and what they were to bring is left to the next run.
  const cutOff = () => void systemClock.sleep(GRACE_MS).then(() => accounts[Symbol.asyncDispose]());
  signal.addEventListener('abort', cutOff, { once: true });
  try {
    for (const scope of scopes) {
      signal.throwIfAborted();
      runs.push(await runOne(scope, full, { ...collecting, waits, eventsFailures }, tally));
    }
  } finally {
    signal.removeEventListener('abort', cutOff);
    progress.clear();
  }
  const parts = runs.flatMap((run) => run.parts);
  return {
    status: together(runs.map(({ status }) => status)),
    runIds: runs.map(({ runId }) => runId),
    projects: parts.length,
    // Projects are read side by side, so the clients themselves know best what Atlas was asked.
    counts: {
      ...parts.map(({ counts }) => counts).reduce(addCounts, noCounts()),
      ...usageSince(before, accounts.usage),
    },
    failures: runs.flatMap(({ parts: of, failures }) => [
      ...failures,
      ...of.flatMap(({ projectId, projectName, failures: ofPart }) =>
        ofPart.map((failure) => ({ projectId, projectName, ...failure })),
      ),
    ]),
    runFailures: runs.reduce((sum, { failures }) => sum + failures.length, 0),
    eventsFailures,
    seconds: (Date.now() - beganAt) / 1000,
    ...(accounts.clockSkewMs === undefined ? {} : { clockSkewMs: accounts.clockSkewMs }),
  };
}

interface CollectingOne extends Collecting {
  waits: WaitBudget;
  eventsFailures: EventsFailure[];
}

async function runOne(
  scope: RunScope,
  full: boolean,
  { accounts, ledger, rules, log, progress, signal, onRecorded, waits, eventsFailures }: CollectingOne,
  tally: Tally,
) {
  let [planned, done] = [0, 0];
  const told = () =>
    `${done} of ${planned} projects, ${tally.lists} lists of jobs, ${tally.added} new, ${tally.changed} changed`;
  const show = (what: string) => progress.show(`${told()}  ${sanitize(what)}`);
  progress.show('listing projects');
  // Only now: other commands, and --help, have no use for it.
  const { runLocally: runHere } = await import('../../functions/collector/run/local-run.ts');
  const runId = newObjectId(new Date());
  const { run, parts } = await runHere(
    { runId, trigger: 'command', scope, full },
    {
      accounts: accounts.all,
      ledger,
      log,
      clock: systemClock,
      maker: thisProcess,
      waits,
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
      onRecorded: (recorded, source) => {
        if (recorded.outcome === 'new') tally.added += 1;
        if (recorded.outcome === 'changed') tally.changed += 1;
        if (tally.added % 50 === 0) show(`${source.projectName ?? source.projectId}/${source.clusterName}`);
        onRecorded?.(recorded, source);
      },
    },
    { rules },
    signal,
  );
  // A run whose parts are all in has an end; one that hasn't was not read whole.
  return {
    runId,
    status: run.status === 'running' ? ('incomplete' as const) : run.status,
    parts,
    failures: run.failures,
  };
}

const usageSince = (before: AtlasUsage, now: AtlasUsage) => ({
  atlasRequests: now.requests + now.tokenRequests - before.requests - before.tokenRequests,
  throttles: now.throttles - before.throttles,
  waitedMs: now.waitedMs - before.waitedMs,
});

/** Of several runs, told as one. */
export function together(statuses: readonly PartStatus[]): PartStatus {
  const [first = 'failed', ...others] = new Set(statuses);
  return others.length === 0 ? first : 'incomplete';
}

/** `Payments/Cluster0, dedicated restore jobs: GET ... answered 503 ...` */
export function failureLine({ projectName, clusterName, what, message }: NamedFailure): string {
  const where = [projectName, clusterName].filter((part) => part !== undefined).join('/');
  return sanitize(`${where === '' ? '' : `${where}, `}${what}: ${message}`);
}
