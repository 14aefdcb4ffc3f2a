// functions/collector/list/absence.ts: the refusals of a list of restore jobs that are an answer: the list is not there.
import type { AtlasError } from '../../atlas/model/errors.ts';
import type { Kind } from '../../schema/words.ts';
import type { AbsenceReason } from './list-coverage.ts';

/**
 * What is known of the cluster that a list is of. present: this task's own discovery found it, in the list's tier. former: it is
 * gone or missing, or of another tier by now. unknown: not discovered in this task.
 */
export type Standing = 'present' | 'former' | 'unknown';

/** Collection-level restores are not in every plan; the backup list of the same cluster is read all the same. */
const NOT_IN_PLAN = new Set(['FEATURE_UNSUPPORTED', 'UNSUPPORTED_FOR_CURRENT_PLAN']);

export interface AbsenceAnswer {
  /** Atlas's code. */
  answer: string;
  because: AbsenceReason;
}

/**
 * What the refusal says, where it is an answer: the list holds no jobs. Only Atlas's own word counts, never a proxy's. For an
 * existing cluster, only the error code specific to that case counts: a path that Atlas does not know, or a version that is gone, says nothing of
 * what the cluster's list holds, except of serverless, which is past its sunset (docs/decisions/0022-atlas-word.md).
 */
export function absenceAnswer(error: AtlasError, kind: Kind, standing: Standing): AbsenceAnswer | undefined {
  const { absence, code, errorCode = '', fromAtlas, status } = error;
  if (kind === 'collection' && fromAtlas && status === 403 && NOT_IN_PLAN.has(errorCode))
    return { answer: errorCode, because: 'plan' };
  // We just read this project's clusters, so "no such project" can't be true.
  const isFormer = standing === 'former' && absence !== undefined && absence !== 'project';
  const isGone = isFormer || (standing === 'present' && kind === 'serverless' && absence === 'endpoint');
  return isGone ? { answer: errorCode || code, because: 'gone' } : undefined;
}
