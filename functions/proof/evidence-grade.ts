// functions/proof/evidence-grade.ts: what the restores of a cluster show, as a grade that follows from facts, and when it falls back. Pure.
import type * as z from 'zod/mini';
import type { ClusterCoverage, CompletedRestore } from '../ledger/model/coverage.ts';
import { defined } from '../platform/defined.ts';
import {
  isElsewhere,
  isVerified,
  isWholeRestore,
  isWithin,
  type JudgedRestore,
  type Verdicts,
} from '../restore/drills/judged.ts';
import { measurements } from '../restore/objectives/measure.ts';
import type { Limits } from '../restore/objectives/objective.ts';
import { daysAfter, isOverdue } from '../restore/rules/drill.ts';
import { DEFAULT_RULES } from '../restore/rules/rules.ts';
import type { evidence } from '../schema/drill.ts';
import { EVIDENCE_GRADES, type EvidenceGrade } from '../schema/words.ts';
import { completedOf, coveredUntil, isOfCluster, lostUntil, unreadUntil, wholeRestores } from './drill-state.ts';
import { FRESH_MS } from './list.ts';

export type Evidence = z.infer<typeof evidence>;

/** One restore, and the highest grade that it shows. */
export interface Shown extends Pick<CompletedRestore, 'jobId' | 'finishedAt'> {
  grade: EvidenceGrade;
}

export interface GradeFacts {
  /** Absent: they were not read. */
  verdicts?: Verdicts | undefined;
  objective?: Limits | undefined;
  /** Completed restores of whole backups beside those that coverage has. @default none */
  others?: readonly CompletedRestore[];
  /** Up to when other restores may have finished that are not among the facts. ISO 8601 */
  unknownUntil?: string | undefined;
  /** When it is asked, where that is after `now`: what finished between them is left out. @default now */
  askedAt?: Date;
  /** Whether credentials see the project. @default true */
  isVisible?: boolean;
  /** A reading that is older says nothing of the present, in ms. @default FRESH_MS */
  freshMs?: number | undefined;
}

/** Nothing where there are no backups, or the cluster is gone. */
export function evidenceOf(cluster: ClusterCoverage, now: Date, facts: GradeFacts = {}): Evidence | undefined {
  const { goneAt, deleted, tier, drill, drillNotKnown } = cluster;
  if (goneAt !== undefined || deleted || tier === 'free') return undefined;
  // For how long a restore counts depends on the drill.
  if (drillNotKnown) return { grade: 'not known' };
  // What a restore shows ages, also where none is expected.
  const days = drill?.days ?? DEFAULT_RULES.drillDays;
  const { askedAt = now } = facts;
  const shown = shownBy(cluster, facts).filter(({ finishedAt }) => {
    const at = Date.parse(finishedAt);
    return at <= now.getTime() || at > askedAt.getTime();
  });
  return gradeOf(shown, { days, now, isAllKnown: isAllKnown(cluster, days, now, facts) });
}

/** Each restore that counts, with what it shows. */
export function shownBy(cluster: ClusterCoverage, { verdicts, objective, others = [] }: GradeFacts): Shown[] {
  const isOfIt = (restore: CompletedRestore) => isOfCluster(cluster, restore);
  const unjudged = [...wholeRestores(cluster), ...others]
    .filter(isOfIt)
    .map(({ jobId, finishedAt, elsewhere }): Shown => {
      return { jobId, finishedAt, grade: elsewhere ? 'restored elsewhere' : 'restored' };
    });
  const judged = (verdicts?.restores ?? []).filter(isWholeRestore).flatMap((restore) =>
    completedOf(restore)
      .filter(isOfIt)
      .map(({ jobId, finishedAt }): Shown => ({ jobId, finishedAt, grade: judgedGrade(restore, objective) })),
  );
  return [...unjudged, ...judged];
}

function judgedGrade(restore: JudgedRestore, objective: GradeFacts['objective']): EvidenceGrade {
  if (isVerified(restore))
    return isWithin(measurements(restore), objective) ? 'verified within objectives' : 'verified';
  return isElsewhere(restore) ? 'restored elsewhere' : 'restored';
}

interface Asked {
  /** For how long a restore counts. */
  days: number;
  now: Date;
  /** Whether there can be no restore, and no verdict, that is not among the facts. */
  isAllKnown: boolean;
}

/** Another fact can raise it, and none can lower it: of what is not known, it says nothing. */
export function gradeOf(restores: readonly Shown[], { days, now, isAllKnown: areOthersKnown }: Asked): Evidence {
  const done = restores.filter(({ finishedAt }) => Date.parse(finishedAt) <= now.getTime());
  // One that ends in the future shows that a clock is wrong, ours or Atlas's: it does not count yet, and nobody can say that it never will.
  const isAllKnown = areOthersKnown && done.length === restores.length;
  const grade = gradeAt(done, days, now);
  if (rank(grade) <= rank('lapsed')) return isAllKnown ? { grade } : { grade: 'not known' };
  const [holder] = done
    .filter((one) => one.grade === grade)
    .sort((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt));
  if (!holder) throw new TypeError(`expected a restore of grade ${grade}`);
  const { jobId, finishedAt } = holder;
  const fallsBackAt = daysAfter(finishedAt, days);
  const fallsBackTo = gradeAt(done, days, new Date(fallsBackAt));
  return {
    grade,
    ...defined({ orHigher: isAllKnown ? undefined : true }),
    jobId,
    finishedAt,
    fallsBackAt,
    fallsBackTo,
  };
}

const rank = (grade: EvidenceGrade) => EVIDENCE_GRADES.indexOf(grade);

function gradeAt(done: readonly Shown[], days: number, at: Date): EvidenceGrade {
  const counting = done.filter(({ finishedAt }) => !isOverdue(daysAfter(finishedAt, days), at));
  const best = Math.max(
    ...counting.map(({ grade }) => rank(grade)),
    done.length === 0 ? rank('never') : rank('lapsed'),
  );
  return EVIDENCE_GRADES[best] ?? 'never';
}

function isAllKnown(cluster: ClusterCoverage, days: number, now: Date, facts: GradeFacts) {
  const { verdicts, unknownUntil, isVisible = true, freshMs = FRESH_MS } = facts;
  const isOver = (until: string | undefined) => until === undefined || isOverdue(daysAfter(until, days), now);
  const isFresh = Date.parse(coveredUntil(cluster) ?? '') >= now.getTime() - freshMs;
  return (
    isFresh &&
    isVisible &&
    verdicts !== undefined &&
    [lostUntil(cluster), unreadUntil(verdicts), cluster.provenLetGo, unknownUntil].every(isOver)
  );
}

/** The ids of the restores with a verdict that a cluster's evidence rests on now: they are kept for as long as they count. */
export function restingOn(cluster: ClusterCoverage, verdicts: Verdicts, objective: GradeFacts['objective']): string[] {
  const judged = new Set(verdicts.restores.map(({ jobId }) => jobId));
  const shown = shownBy(cluster, { verdicts, objective }).sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
  const last = (['verified', 'verified within objectives'] as const).flatMap((grade) => {
    const [one] = shown.filter((each) => each.grade === grade);
    return one && judged.has(one.jobId) ? [one.jobId] : [];
  });
  const { proof } = cluster.drill ?? {};
  return [...new Set([...last, ...(proof ? [proof.jobId] : [])])].sort();
}
