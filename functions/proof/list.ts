// functions/proof/list.ts: what may be claimed of one list of restore jobs: complete for a period only where the list was read to its
// end, in an answer requested after the period ended.

import {
  type ClusterCoverage,
  CONTINUITY_MS,
  type Failure,
  type ListCoverage,
  type Problem,
} from '../ledger/model/coverage.ts';
import { defined } from '../platform/defined.ts';
import { capitalized, sentence } from '../platform/text.ts';
import { problemText } from '../restore/field-reader.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { Kind } from '../schema/words.ts';
import type { Gap } from './gap.ts';
import { type Asking, believed, earlier, later, type Period, when } from './period.ts';

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
  const gaps = [...readingGaps(kind, list, context), ...notUnderstood(kind, list, period)];
  return defined({ kind, state: stateOf(list, fullReadAt, gaps), readAt, fullReadAt, answer: list.answer, gaps });
}

function stateOf(list: ListCoverage, fullReadAt: string | undefined, gaps: readonly Gap[]): ProofState {
  if (gaps.length > 0) return gaps.every(({ reason }) => reason === 'full-reading-due') ? 'due' : 'gap';
  return fullReadAt === undefined && (list.notInPlan ?? list.notThere) !== undefined ? 'none' : 'covered';
}

/** When Atlas last said what is on a list, be it that it is not there. */
export function heardAt({ readAt = '', notInPlan, notThere }: ListCoverage): string | undefined {
  return [readAt, notInPlan?.at ?? '', notThere?.at ?? ''].sort().at(-1) || undefined;
}

/** Of a former tier, and nothing can be added to it any more. */
export const isOver = ({ supersededAt, fullReadAt = '', notThere }: ListCoverage) =>
  supersededAt !== undefined && (fullReadAt >= supersededAt || notThere !== undefined);

/** The moment at, or after, which the list must have been requested: nothing can be added to it later that is of the period. */
export function endOf({ supersededAt }: Pick<ListCoverage, 'supersededAt'>, context: ListContext): string {
  const { period, cluster, project } = context;
  return earlier(earlier(earlier(period.until, cluster.goneAt), supersededAt), project.outOfScopeSince);
}

function readingGaps(kind: Kind, list: ListCoverage, context: ListContext): Gap[] {
  const end = endOf(list, context);
  if (end <= context.period.since) return []; // it ended before the period began
  const { gaps, until } = provenByAbsence(kind, list, end, context);
  return until !== undefined && until >= end ? gaps : [...gaps, restGap(kind, list, until, end, context)];
}

/**
 * A list that is not there holds nothing, from when Atlas first said so until it said so last. What it held before, only a reading to
 * its end can tell, unless the plan never had it.
 * @returns until when everything is proven, or is among the gaps
 */
function provenByAbsence(kind: Kind, list: ListCoverage, end: string, { now, period }: ListContext) {
  let until = believed(list.fullReadAt, now);
  const gaps: Gap[] = [];
  for (const absence of [list.notInPlan, list.notThere]) {
    const [since, at] = [believed(absence?.since, now), believed(absence?.at, now)];
    if (since === undefined || at === undefined) continue;
    const lostUntil = earlier(end, since);
    const isLost = absence === list.notThere || absence?.unsure === true;
    if (isLost && lostUntil > period.since && lostUntil > (until ?? '')) {
      gaps.push(gone(kind, list.answer, { from: until, until: lostUntil, since }));
    }
    until = later(at, until);
  }
  return { gaps, until };
}

/** @param provenUntil until when everything is proven, or is a gap already */
function restGap(
  kind: Kind,
  list: ListCoverage,
  provenUntil: string | undefined,
  end: string,
  context: ListContext,
): Gap {
  const { now, period, project, cluster } = context;
  const what = `${kind} restores`;
  const { error } = list;
  const because = failedSince(error);
  const since = error?.since;
  const isGone = cluster.goneAt !== undefined;
  const action = project.notVisibleSince === undefined ? FULL : VISIBLE_AGAIN;
  if (provenUntil === undefined) {
    const isAhead = list.fullReadAt !== undefined;
    const text = isAhead
      ? `The list of ${what} is on record as read at ${when(list.fullReadAt ?? '')}, which has not come: a clock was wrong, so none can be ruled out.`
      : `The list of ${what} was never read to its end: none can be ruled out.${because}${isGone ? ' The cluster is gone, and it can’t be read any more.' : ''}`;
    const reason = isAhead ? 'clock' : error ? 'failing' : 'never-read';
    return defined({ reason, since, text, action: isGone ? undefined : action } as const);
  }
  const from = provenUntil;
  if (end < period.until && project.notVisibleSince === undefined) return lost(what, from, end, list, context);
  if (isGone) {
    const text = `${capitalized(what)} requested between ${when(from)} and ${when(end)} can't be ruled out: the cluster is gone since ${when(cluster.goneAt ?? '')}, and its list can't be read any more.`;
    return { reason: 'gone', from, until: end, text };
  }
  const open = `${capitalized(what)} requested after ${when(from)}`;
  if (project.notVisibleSince !== undefined) {
    const text = `${open} can't be ruled out: no credentials see the project since ${when(project.notVisibleSince)}.`;
    const until = end < period.until ? end : undefined;
    return defined({ reason: 'not-visible', from, until, since: project.notVisibleSince, text, action } as const);
  }
  if (since) return { reason: 'failing', from, since, text: `${open} can't be ruled out.${because}`, action };
  const readAt = believed(list.readAt, now);
  const reason = 'full-reading-due';
  if (list.answer !== undefined) {
    const text = `Atlas last answered at ${when(from)} that there is no list of ${what} (${list.answer}); it has not been requested since.`;
    return { reason, from, text, action };
  }
  if (readAt !== undefined && (readAt >= end || isFresh(readAt, now))) {
    const text = `${open} are proven by the next reading to the end only: the list is up to date as of ${when(readAt)}.`;
    return { reason, from, text, action };
  }
  return { reason: 'not-read', from, text: `${open} can't be ruled out.`, action };
}

/** The rest of a sentence on what was not read; empty without an error. */
export const failedSince = (error: Failure | undefined) =>
  error ? ` Every attempt since ${when(error.since)} has failed: ${sentence(error.message)}` : '';

/** A reading this old says nothing of the present any more, in ms. */
export const FRESH_MS = CONTINUITY_MS;
export const isFresh = (at: string, now: string) => Date.parse(now) - Date.parse(at) <= FRESH_MS;

export const VISIBLE_AGAIN =
  'give the credentials a role in the project again, exclude it by the settings, or run restore-ledger retire';

/** What a list held that is not there any more. */
function gone(
  kind: Kind,
  answer: string | undefined,
  { from, until, since }: { from: string | undefined; until: string; since: string },
): Gap {
  const what = `${kind} restores`;
  const refusal = `${when(since)} Atlas answers that there is no such list${answer === undefined ? '' : ` (${answer})`}`;
  const text =
    from === undefined
      ? `The list of ${what} was never read to its end, and can't be read any more: since ${refusal}. Those requested before ${when(until)} can't be ruled out.`
      : `${capitalized(what)} requested between ${when(from)} and ${when(until)} can't be ruled out: since ${refusal}.`;
  return defined({ reason: 'gone' as const, from, until, since, text });
}

function lost(what: string, from: string, until: string, { supersededAt }: ListCoverage, context: ListContext): Gap {
  const { cluster, project } = context;
  const why =
    until === supersededAt
      ? 'then the cluster changed its tier, and the list was not read to its end since'
      : until === cluster.goneAt
        ? 'then the cluster was no longer there'
        : `then the project went out of scope${until === project.outOfScopeSince ? '' : ', or the list ended'}`;
  const text = `${capitalized(what)} requested between ${when(from)} and ${when(until)} can't be ruled out: ${why}.`;
  return { reason: 'gone', from, until, text };
}

/** Elements of the list that had no id to record them by. Those known to have been requested outside the period are none of it. */
function notUnderstood(kind: Kind, list: ListCoverage, period: Period): Gap[] {
  const { problems = [], problemCount = problems.length } = list;
  const inside = problems.filter((problem) => !isOutside(problem, period));
  const count = problemCount - (problems.length - inside.length);
  if (count <= 0) return [];
  const named = inside.slice(0, 3).map((each) => `${each.jobId ?? 'one without an id'} (${problemText(each)})`);
  const jobs = count === 1 ? 'restore job that is' : 'restore jobs that are';
  const text = `Atlas lists ${count} ${kind} ${jobs} of a shape this version can't read, and not in the ledger: ${named.join('; ')}.`;
  return [{ reason: 'not-understood', text, action: 'update the program, and report what it could not read' }];
}

const isOutside = ({ jobId }: Problem, { since, until }: Period): boolean =>
  isObjectId(jobId) && (requestedAt(jobId) < since || requestedAt(jobId) >= until);
