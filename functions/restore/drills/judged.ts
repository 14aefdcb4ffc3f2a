// functions/restore/drills/judged.ts: restores that people judged, and what such a restore shows.
import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import { anyOf } from '../../platform/patterns.ts';
import type { drillNeeds } from '../../schema/drill.ts';
import type { job } from '../../schema/job.ts';
import type { DrillNeed } from '../../schema/words.ts';
import { CLOCKS_MS, type Measurements, measurements, measuresOfCompleted } from '../objectives/measure.ts';
import type { Limits } from '../objectives/objective.ts';
import { isCompletedRestore, isUnderstood } from '../understood.ts';

type Job = z.infer<typeof job>;

/** What is read of a restore that somebody judged. */
export const JUDGED_FIELDS = [
  ...(['jobId', 'projectId', 'projectName', 'clusterName', 'kind', 'delivery', 'status'] as const),
  ...(['requestedAt', 'finishedAt', 'durationSeconds', 'snapshotAt', 'pointInTime', 'targetProjectId'] as const),
  ...(['problems', 'validation', 'annotation'] as const),
] as const satisfies readonly (keyof Job)[];

export type JudgedRestore = Pick<Job, (typeof JUDGED_FIELDS)[number]>;

/** Restores of one cluster with a verdict, whichever it is, the newest first. */
export interface Verdicts {
  restores: JudgedRestore[];
  /** Of those requested before, not all were read. ISO 8601. Absent: all were. */
  before?: string;
}

/** What a restore has to show to count as a drill. Without objectives, `rto` and `rpo` can't be shown. */
export type DrillNeeds = z.infer<typeof drillNeeds>;

/** A cluster whose verdicts are asked for. */
export interface VerdictsAsked {
  projectId: string;
  clusterName: string;
  /** Jobs that are read however old they are. */
  evidence?: readonly string[] | undefined;
  needs?: DrillNeeds | undefined;
  /** Where none of the newest restores shows what is needed, older ones are read, back to this moment. ISO 8601 */
  since: string;
}

type Restore = Pick<Job, 'projectId' | 'kind' | 'status' | 'delivery'> &
  Partial<Pick<Job, 'targetProjectId' | 'problems'>>;

/** Of a whole backup, into a cluster, and completed for certain. */
export const isWholeRestore = (restore: Omit<Restore, 'projectId'>): boolean =>
  restore.kind !== 'collection' && isCompletedRestore(restore);

/** Into another project, for certain. */
export const isElsewhere = (restore: Restore): boolean =>
  isUnderstood(restore, 'targetProjectId') &&
  restore.targetProjectId !== undefined &&
  restore.targetProjectId !== restore.projectId;

/** Somebody checked the data of a completed restore, and said last that it is good. Before it had finished there was nothing to check. */
export function isVerified(
  restore: Omit<Restore, 'projectId'> & Pick<JudgedRestore, 'finishedAt' | 'validation'>,
): boolean {
  const { finishedAt, validation } = restore;
  if (!isWholeRestore(restore) || finishedAt === undefined || validation?.status !== 'SUCCESSFUL') return false;
  return Date.parse(validation.at) >= Date.parse(finishedAt) - CLOCKS_MS;
}

/** What a completed restore shows, beside that it was completed. */
export interface Shows extends Partial<Pick<Job, 'validation' | 'annotation'>> {
  isVerified: boolean;
  isElsewhere: boolean;
  measured: Measurements;
}

export const shows = (restore: JudgedRestore): Shows => {
  const { validation, annotation } = restore;
  const [verified, elsewhere] = [isVerified(restore), isElsewhere(restore)];
  return {
    ...{ isVerified: verified, isElsewhere: elsewhere, measured: measurements(restore) },
    ...defined({ validation, annotation }),
  };
};

/** It met every side of an objective that has one at least. */
export function isWithin(measured: Measurements, objective: Limits | undefined): boolean {
  const { rto, rpo } = measuresOfCompleted(measured, objective);
  const sides = [rto, rpo].flatMap((side) => side ?? []);
  return sides.length > 0 && sides.every(({ state }) => state === 'met');
}

export const isProof = (restore: JudgedRestore, needs: DrillNeeds): boolean =>
  isVerified(restore) && missingNeeds(shows(restore), needs).length === 0;

/** What a restore does not show of what a drill needs. Empty: it is proof. */
export function missingNeeds(shown: Shows, needs: DrillNeeds): DrillNeed[] {
  const shownOf = tests(shown, needs);
  // A need of a later version: nothing shows it.
  return needs.needs.filter((need) => shownOf[need]?.() !== true);
}

function tests(
  { validation, annotation, measured, ...is }: Shows,
  { rtoSeconds, rpoSeconds, by = [] }: DrillNeeds,
): Partial<Record<DrillNeed, () => boolean>> {
  const checks = annotation?.checks ?? [];
  const checked = annotation && { by: annotation.checksBy ?? annotation.by };
  // A name that nobody checked is no evidence of who it was.
  const isListed = (said: { by: { name: string; selfDeclared?: true | undefined } } | undefined) =>
    said !== undefined && said.by.selfDeclared === undefined && anyOf(by)(said.by.name);
  return {
    verdict: () => is.isVerified,
    'other-project': () => is.isElsewhere,
    rto: () => rtoSeconds !== undefined && isWithin(measured, { rtoSeconds }),
    rpo: () => rpoSeconds !== undefined && isWithin(measured, { rpoSeconds }),
    checks: () => checks.length > 0 && checks.every(({ expected, got }) => expected === got),
    // Whoever said the last of the texts need not have made the checks.
    by: () => isListed(validation) && (checks.length === 0 || isListed(checked)),
  };
}
