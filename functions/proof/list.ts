// functions/proof/list.ts decides what may be claimed of one list of restore jobs: complete for a period only where the list was
// read to its end, in an answer asked for after the period ended.
import type { ClusterCoverage, ListCoverage, Problem } from '../ledger/model/coverage.ts';
import { problemText } from '../restore/field-reader.ts';
import type { Kind } from '../restore/job.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { Gap } from './gap.ts';
import { type Asking, asSentence, believed, capital, earlier, type Period, when } from './period.ts';

/** covered: complete for the period. due: nothing failed, and a reading to the end is still to come. none: nothing to read. */
export const PROOF_STATES = ['gap', 'due', 'covered', 'none'] as const;
export type ProofState = (typeof PROOF_STATES)[number];

/** What shows that a list of restore jobs is in the ledger as a whole. */
export interface ListProof {
  kind: Kind;
  state: ProofState;
  /** Start of the last reading of everything that could have changed. */
  readAt?: string;
  /** Start of the last reading to the end of the list: everything requested before it is proven. */
  fullReadAt?: string;
  /** Atlas's code, where it says that there is no such list. */
  answer?: string;
  gaps: Gap[];
}

/** What is known of the project that a list belongs to. */
export interface ProjectScope {
  /** Since when no credentials see it. */
  notVisibleSince?: string | undefined;
  /** Since when it is out of scope: retired by a person, or excluded by the settings. */
  outOfScopeSince?: string | undefined;
}

export interface ListContext extends Asking {
  cluster: Pick<ClusterCoverage, 'goneAt'>;
  project: ProjectScope;
}

const FULL = 'run restore-ledger collect --full, or wait for the daily full reading';

export function proveList(kind: Kind, list: ListCoverage, context: ListContext): ListProof {
  const { period, now } = context;
  const [readAt, fullReadAt] = [believed(list.readAt, now), believed(list.fullReadAt, now)];
  const reading = readingGap(kind, list, context);
  const gaps = [...(reading ? [reading] : []), ...notUnderstood(kind, list, period)];
  return {
    kind,
    state: stateOf(list, fullReadAt, gaps),
    ...(readAt === undefined ? {} : { readAt }),
    ...(fullReadAt === undefined ? {} : { fullReadAt }),
    ...(list.answer === undefined ? {} : { answer: list.answer }),
    gaps,
  };
}

function stateOf({ answer }: ListCoverage, fullReadAt: string | undefined, gaps: readonly Gap[]): ProofState {
  if (gaps.length > 0) return gaps.every(({ reason }) => reason === 'full-reading-due') ? 'due' : 'gap';
  return answer !== undefined && fullReadAt === undefined ? 'none' : 'covered';
}

/** The moment at, or after, which the list must have been asked for: nothing can be added to it later that is of the period. */
export function endOf({ supersededAt }: Pick<ListCoverage, 'supersededAt'>, context: ListContext): string {
  const { period, cluster, project } = context;
  return earlier(earlier(earlier(period.until, cluster.goneAt), supersededAt), project.outOfScopeSince);
}

function readingGap(kind: Kind, list: ListCoverage, context: ListContext): Gap | undefined {
  const { now, period, project, cluster } = context;
  const what = `${kind} restores`;
  const end = endOf(list, context);
  const [fullReadAt, attemptedAt] = [believed(list.fullReadAt, now), believed(list.attemptedAt, now)];
  if (end <= period.since) return undefined; // it ended before the period began
  if (fullReadAt !== undefined && fullReadAt >= end) return undefined;
  if (list.answer !== undefined) return answeredGap(what, list.answer, { fullReadAt, attemptedAt, end });

  const { error } = list;
  const because = error ? ` Every attempt since ${when(error.since)} has failed: ${asSentence(error.message)}` : '';
  const since = error ? { since: error.since } : {};
  const isGone = cluster.goneAt !== undefined;
  const action = project.notVisibleSince === undefined ? FULL : VISIBLE_AGAIN;
  const advice = isGone ? {} : { action };
  if (fullReadAt === undefined) {
    const isAhead = list.fullReadAt !== undefined;
    const text = isAhead
      ? `The list of ${what} is on record as read at ${when(list.fullReadAt ?? '')}, which has not come: a clock was wrong, so none can be ruled out.`
      : `The list of ${what} was never read to its end: none can be ruled out.${because}${isGone ? ' The cluster is gone, and it can’t be read any more.' : ''}`;
    return { reason: isAhead ? 'clock' : error ? 'failing' : 'never-read', ...since, text, ...advice };
  }
  if (end < period.until && project.notVisibleSince === undefined) return lost(what, fullReadAt, end, list, context);
  if (isGone) {
    const text = `${capital(what)} requested between ${when(fullReadAt)} and ${when(end)} can't be ruled out: the cluster is gone since ${when(cluster.goneAt ?? '')}, and its list can't be read any more.`;
    return { reason: 'gone', from: fullReadAt, until: end, text };
  }
  const open = `${capital(what)} requested after ${when(fullReadAt)}`;
  if (project.notVisibleSince !== undefined) {
    const text = `${open} can't be ruled out: no credentials see the project since ${when(project.notVisibleSince)}.`;
    const until = end < period.until ? { until: end } : {};
    return { reason: 'not-visible', from: fullReadAt, ...until, since: project.notVisibleSince, text, action };
  }
  if (error) {
    return { reason: 'failing', from: fullReadAt, ...since, text: `${open} can't be ruled out.${because}`, action };
  }
  const readAt = believed(list.readAt, now);
  if (readAt !== undefined && (readAt >= end || isFresh(readAt, now))) {
    const text = `${open} are proven by the next reading to the end only: the list is up to date as of ${when(readAt)}.`;
    return { reason: 'full-reading-due', from: fullReadAt, text, action };
  }
  return { reason: 'not-read', from: fullReadAt, text: `${open} can't be ruled out.`, action };
}

/** A reading this old says nothing of the present any more, in ms: a daily schedule, and two hours for a run that is late. */
export const FRESH_MS = 26 * 3_600_000;
export const isFresh = (at: string, now: string) => Date.parse(now) - Date.parse(at) <= FRESH_MS;

export const VISIBLE_AGAIN =
  'give the credentials a role in the project again, exclude it by the settings, or run restore-ledger retire';

interface Answered {
  fullReadAt: string | undefined;
  attemptedAt: string | undefined;
  end: string;
}

/** Atlas said that there is no such list: nothing is in it, as of when it said so. */
function answeredGap(what: string, answer: string, { fullReadAt, attemptedAt, end }: Answered): Gap | undefined {
  if (fullReadAt !== undefined) {
    const until = attemptedAt === undefined ? end : earlier(end, attemptedAt);
    const text = `${capital(what)} requested between ${when(fullReadAt)} and ${when(until)} can't be ruled out: then Atlas answered that there is no such list (${answer}).`;
    return { reason: 'gone', from: fullReadAt, until, text };
  }
  if (attemptedAt !== undefined && attemptedAt >= end) return undefined;
  const text = `Atlas last answered ${attemptedAt === undefined ? 'at a time that is not on record' : `at ${when(attemptedAt)}`} that there is no list of ${what} (${answer}); it was not asked since.`;
  return {
    reason: 'full-reading-due',
    ...(attemptedAt === undefined ? {} : { from: attemptedAt }),
    text,
    action: FULL,
  };
}

function lost(what: string, from: string, until: string, { supersededAt }: ListCoverage, context: ListContext): Gap {
  const { cluster, project } = context;
  const why =
    until === supersededAt
      ? 'then the cluster changed its tier, and the list was not read to its end since'
      : until === cluster.goneAt
        ? 'then the cluster was no longer there'
        : `then the project went out of scope${until === project.outOfScopeSince ? '' : ', or the list ended'}`;
  const text = `${capital(what)} requested between ${when(from)} and ${when(until)} can't be ruled out: ${why}.`;
  return { reason: 'gone', from, until, text };
}

/** Elements of the list that had no id to record them by. Those known to have been requested outside the period are none of it. */
function notUnderstood(
  kind: Kind,
  { problems = [], problemCount = problems.length }: ListCoverage,
  period: Period,
): Gap[] {
  const inside = problems.filter((problem) => !isOutside(problem, period));
  const count = problemCount - (problems.length - inside.length);
  if (count <= 0) return [];
  const named = inside
    .slice(0, 3)
    .map((problem) => `${problem.jobId ?? 'one without an id'} (${problemText(problem)})`);
  const jobs = count === 1 ? 'restore job that is' : 'restore jobs that are';
  const text = `Atlas lists ${count} ${kind} ${jobs} of a shape this version can't read, and not in the ledger: ${named.join('; ')}.`;
  return [{ reason: 'not-understood', text, action: 'update the program, and report what it could not read' }];
}

function isOutside({ jobId }: Problem, { since, until }: Period): boolean {
  if (!isObjectId(jobId)) return false;
  const at = requestedAt(jobId);
  return at < since || at >= until;
}
