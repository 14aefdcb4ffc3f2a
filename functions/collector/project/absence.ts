// functions/collector/project/absence.ts decides whether Atlas's refusal of a list of restore jobs is an answer: the list is not there.
import type { AtlasError } from '../../atlas/model/errors.ts';
import type { Kind } from '../../restore/job.ts';

/**
 * What is known of the cluster that a list is of. present: this order's own discovery found it, in the list's tier. former: it is
 * gone or missing, or of another tier by now. unknown: nobody has looked.
 */
export type Standing = 'present' | 'former' | 'unknown';

/** Collection-level restores are not in every plan; the backup list of the same cluster is read all the same. */
const NOT_IN_PLAN = new Set(['FEATURE_UNSUPPORTED', 'UNSUPPORTED_FOR_CURRENT_PLAN']);

/** Atlas's code, where the refusal is an answer, which is that the list holds no jobs. Only Atlas's own word counts, never a proxy's. */
export function absenceAnswer(error: AtlasError, kind: Kind, standing: Standing): string | undefined {
  const { absence, code, errorCode } = error;
  const isAnswer =
    absence === 'endpoint' ||
    (kind === 'collection' && error.fromAtlas && NOT_IN_PLAN.has(errorCode ?? '')) ||
    (absence !== undefined && standing === 'former');
  return isAnswer ? (errorCode ?? code) : undefined;
}
