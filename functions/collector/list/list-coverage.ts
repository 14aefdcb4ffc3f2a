// functions/collector/list/list-coverage.ts: the coverage of a list after an attempt to read it, whoever else wrote it meanwhile.
import {
  type Absence,
  CONTINUITY_MS,
  type CompletedRestore,
  type Failure,
  type ListCoverage,
  type Problem,
} from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import type { ListReading } from './reading.ts';

/** plan: the cluster's plan has no such list. gone: it went with its cluster, or with the tier that the cluster had. */
export type AbsenceReason = 'plan' | 'gone';

/** How an attempt at one list ended. */
export type Attempt = { startedAt: string } & (
  | { reading: ListReading }
  /** Atlas answered that there is no such list. @param open jobs of it that are still open @param latestAt when, by the later of two clocks */
  | { answer: string; because: AbsenceReason; open: number; latestAt: string }
  /** Atlas answered so to a follow-up of running jobs, which knows nothing of clusters: what it means is for the next run to say. */
  | { lostSight: true }
  /** @param added jobs that were new before it failed @param denied Atlas answered that there is no such list, which is not believed yet */
  | { failure: Omit<Failure, 'since'>; added: number; denied?: true }
);

/**
 * Every write goes through here, against what is stored at that moment: of two readings the one begun later wins, of two
 * attempts the later one's failure stands, and jobs that either found new are counted.
 * @param attemptedBy the run, where more messages of it are to come
 */
export function withAttempt(
  stored: ListCoverage | undefined,
  attempt: Attempt,
  attemptedBy: string | undefined,
): ListCoverage {
  const before: ListCoverage = stored ?? { attemptedAt: attempt.startedAt, jobs: 0, open: 0, moving: 0 };
  const latest = attempt.startedAt >= before.attemptedAt;
  const base = latest
    ? { ...without(before, 'attemptedBy'), attemptedAt: attempt.startedAt, ...defined({ attemptedBy }) }
    : before;
  if ('reading' in attempt) return withReading(base, attempt.reading, latest);
  if ('answer' in attempt) {
    // Nothing can be followed in a list that is not there.
    const { answer, open, because } = attempt;
    const name = because === 'plan' ? 'notInPlan' : 'notThere';
    const absence = { [name]: absenceAfter(before, before[name], attempt) };
    return latest ? { ...without(base, 'error', 'resume', 'deniedSince'), answer, ...absence, open, moving: 0 } : base;
  }
  if ('lostSight' in attempt) return { ...before, moving: 0 };
  const jobs = base.jobs + attempt.added;
  const since = before.error?.since ?? attempt.startedAt;
  if (!latest) return { ...base, jobs };
  const denied = attempt.denied ? { deniedSince: before.deniedSince ?? attempt.startedAt } : {};
  // A reading that failed is begun anew.
  return { ...without(base, 'resume', 'deniedSince'), jobs, ...denied, error: { ...attempt.failure, since } };
}

/** A recent answer still holds: what a list can do between two readings that are closer than that is a stated limit. */
function absenceAfter(
  before: ListCoverage,
  previous: Absence | undefined,
  { startedAt: at, latestAt }: { startedAt: string; latestAt: string },
): Absence {
  const isLong = (since: string) => Date.parse(latestAt) - Date.parse(since) > CONTINUITY_MS;
  if (previous && !isLong(previous.at)) return { ...previous, at };
  const { jobs, readAt, resume, error } = before;
  const wasThere = jobs > 0 || readAt !== undefined || resume !== undefined;
  const isUnsure = previous !== undefined || wasThere || (error !== undefined && isLong(error.since));
  return { since: latestAt, at, ...(isUnsure ? { unsure: true } : {}) };
}

function withReading(before: ListCoverage, reading: ListReading, latest: boolean): ListCoverage {
  const added = reading.counts.new;
  const standing = withoutRestated(before, reading.successes);
  const base = {
    ...(latest ? without(standing, 'error', 'answer', 'notInPlan', 'notThere', 'deniedSince') : standing),
    ...withSuccesses(standing, reading.successes),
  };
  if (!reading.complete) {
    const notUnderstood = notUnderstoodAfter(before, { ...reading, full: false });
    return {
      ...base,
      jobs: base.jobs + added,
      ...notUnderstood,
      ...defined({ resume: latest ? reading.resume : undefined }),
    };
  }
  const full = defined({ fullReadAt: reading.full ? later(before.fullReadAt, reading.startedAt) : before.fullReadAt });
  // Someone who began later has finished already: theirs stands, and ours adds only what it found.
  if (before.readAt !== undefined && before.readAt > reading.startedAt) {
    return { ...base, jobs: base.jobs + added, ...full };
  }
  return {
    ...without(base, 'readAtLatest', 'resume', 'recent', 'problems', 'problemCount', 'notUnderstood'),
    ...full,
    readAt: reading.startedAt,
    ...defined({ readAtLatest: reading.latestAt > reading.startedAt ? reading.latestAt : undefined }),
    settledThrough: reading.settledThrough,
    jobs: reading.total ?? base.jobs + added,
    open: reading.open,
    moving: reading.moving,
    recent: reading.recent,
    ...problemsAfter(before, reading),
    ...notUnderstoodAfter(before, reading),
  };
}

/** Without the restores of which Atlas says otherwise by now. */
function withoutRestated(before: ListCoverage, { restated = [] }: ListReading['successes']): ListCoverage {
  const names = (['lastCompleted', 'lastElsewhere'] as const).filter((name) =>
    restated.includes(before[name]?.jobId ?? ''),
  );
  return without(before, ...names);
}

/** A reading that stops early has seen the newest, which are those that are kept. */
function withSuccesses(
  before: ListCoverage,
  { lastCompleted, lastElsewhere, durations = [], letGoUntil }: ListReading['successes'],
): Pick<ListCoverage, 'lastCompleted' | 'lastElsewhere' | 'durations' | 'letGoUntil'> {
  const last = (name: 'lastCompleted' | 'lastElsewhere', seen: CompletedRestore | undefined) =>
    seen && seen.finishedAt >= (before[name]?.finishedAt ?? '') ? seen : undefined;
  return defined({
    lastCompleted: last('lastCompleted', lastCompleted),
    lastElsewhere: last('lastElsewhere', lastElsewhere),
    letGoUntil,
    durations: durations.length >= (before.durations?.length ?? 1) ? durations : undefined,
  });
}

const later = (a: string | undefined, b: string) => (a !== undefined && a > b ? a : b);

/** A reading in one piece that was full has seen them all; another may have missed some of those that are known. */
function notUnderstoodAfter(
  { notUnderstood: before = 0, resume }: ListCoverage,
  { full, successes: { notUnderstood: seen = 0 } }: ListReading,
): Pick<ListCoverage, 'notUnderstood'> {
  const count = full && !resume ? seen : Math.max(before, seen);
  return count === 0 ? {} : { notUnderstood: count };
}

/** A full reading has seen every problem there is; a partial one only adds to what is known. */
function problemsAfter(before: ListCoverage, reading: ListReading): { problems?: Problem[]; problemCount?: number } {
  const kept = reading.full ? [] : (before.problems ?? []);
  const isKept = (problem: Problem) => kept.some((k) => k.jobId === problem.jobId && k.field === problem.field);
  const fresh = reading.problems.filter((problem) => !isKept(problem));
  const problems = [...fresh, ...kept].slice(0, 10);
  const problemCount = reading.full ? reading.counts.problems : (before.problemCount ?? 0) + fresh.length;
  return problemCount === 0 ? {} : { problems, problemCount };
}

const without = <T extends object, K extends keyof T>(object: T, ...names: K[]): Omit<T, K> => {
  const copy = { ...object };
  for (const name of names) delete copy[name];
  return copy;
};
