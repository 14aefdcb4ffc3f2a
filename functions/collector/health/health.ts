// functions/collector/health/health.ts: how collection stands, in numbers that alarms compare. Pure.
import { type ClusterFailure, RUN_DIED, type Run, type RunCounts, type RunPart } from '../../ledger/model/run.ts';
import { nextSlot } from '../../platform/schedule/next-slot.ts';
import type { Schedule } from '../../platform/schedule/schedule.ts';
import { requestedAt } from '../../restore/object-id.ts';

/** Gauges, by the names of their metrics. 0 is well. */
export interface Health {
  /** Since the first scheduled run that should have started after the last run ended. */
  readonly RunOverdueMinutes: number;
  /** Since the last complete one, up to those that are looked at. */
  readonly RunsIncomplete: number;
  readonly ClustersFailing: number;
  readonly EventsUnread: number;
  readonly CredentialsRefused: number;
  readonly ProjectsNotVisible: number;
  readonly EmptyScopes: number;
}

export interface Expected {
  readonly schedule: Schedule;
  /** Runs that have to go wrong before failures of single clusters and projects count. */
  readonly runsToAlarm: number;
}

export interface Observed {
  /** Those over everything that have ended, newest first: at least `lookBack` and one that did not die, unless there are fewer. */
  readonly runs: readonly Run[];
  /** Of the newest of them. */
  readonly parts: readonly RunPart[];
  /** A run after this would be among them; ms since the epoch. */
  readonly knownSince: number;
}

const EMPTY_SCOPES: ReadonlySet<string> = new Set(['NO_PROJECTS', 'NO_PROJECTS_CHOSEN', 'NO_CLUSTERS_CHOSEN']);
const REFUSALS: ReadonlySet<string> = new Set(['ATLAS_CREDENTIALS', 'ATLAS_UNAUTHORIZED', 'ATLAS_FORBIDDEN']);

/** Runs to look at: `runsToAlarm` of these, such as two of three. */
export const lookBack = (runsToAlarm: number) => 2 * runsToAlarm - 1;

export function healthOf({ runs, parts, knownSince }: Observed, expected: Expected, now: number): Health {
  const { schedule, runsToAlarm } = expected;
  const recent = runs.slice(0, lookBack(runsToAlarm));
  const [newest] = recent;
  const last = runs.find((run) => !hasDied(run));
  const due = nextSlot(schedule, last ? spanOf(last) : { begun: knownSince });
  const complete = recent.findIndex(({ status }) => status === 'complete');
  const failures = [...(newest?.failures ?? []), ...parts.flatMap((part) => part.failures)];
  const count = (codes: ReadonlySet<string>, among: readonly ClusterFailure[]) =>
    among.filter(({ code }) => codes.has(code)).length;
  /** Exceeded or reached in as many runs as it takes. */
  const repeated = (name: keyof RunCounts) =>
    recent.map(({ counts }) => counts?.[name] ?? 0).sort((a, b) => b - a)[runsToAlarm - 1] ?? 0;
  return {
    RunOverdueMinutes: due === undefined ? 0 : Math.max(0, Math.floor((now - due) / 60_000)),
    RunsIncomplete: complete === -1 ? recent.length : complete,
    ClustersFailing: repeated('clustersFailed'),
    EventsUnread: repeated('eventsFailed'),
    CredentialsRefused: count(REFUSALS, failures),
    ProjectsNotVisible: count(new Set(['PROJECT_NOT_VISIBLE']), newest?.failures ?? []),
    EmptyScopes: count(EMPTY_SCOPES, newest?.failures ?? []),
  };
}

/** Ended by a later run, long after it had gone silent. */
export const hasDied = ({ failures }: Run) => failures.some(({ code }) => code === RUN_DIED);

/** A scheduled run's id says when it was due, a requested one's when it was requested. */
const spanOf = ({ runId, startedAt, finishedAt = startedAt }: Run) => ({
  begun: Date.parse(requestedAt(runId)),
  ended: Date.parse(finishedAt),
});
