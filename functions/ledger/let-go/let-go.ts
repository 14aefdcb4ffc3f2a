// functions/ledger/let-go/let-go.ts: the record of a project's restore jobs that were let go by policy, and which jobs it covers. Pure.
import { isObjectId, requestedAt } from '../../restore/object-id.ts';

/** Part of a project's coverage, so that it changes in the same write as the count of its jobs. Times are ISO 8601. */
export interface LetGo {
  /** Jobs requested before this are let go, except those in `kept`: none is recorded any more. It never moves back. */
  before: string;
  /** Jobs requested before that all the same have to be in the table. */
  kept: string[];
  /** How many were let go. */
  jobs: number;
  /** Stands for their ids, as of functions/ledger/model/id-set.ts. */
  ids: string;
  /** When the last of them to finish did. Absent: none did. */
  endedBy?: string;
  /** Hash over `heads` before and, for each job of the last step by id, the hash of its history's last entry. */
  heads: string;
  /** The policy of the last step. */
  days: number;
  /** When the first step was recorded. */
  since: string;
  /** When the last one was. */
  at: string;
  /** When the last of them was deleted. Absent while some may still be in the table. */
  deletedAt?: string;
}

/** Whether a job is let go, by its id. It may be in the table until it is deleted. */
export function letGoBy(letGo: Pick<LetGo, 'before' | 'kept'> | undefined): (jobId: string) => boolean {
  const { before, kept: stay } = letGo ?? {};
  // Whoever may write the table may write anything: what is no record of this program lets nothing go.
  if (typeof before !== 'string' || !Array.isArray(stay)) return () => false;
  const kept = new Set(stay);
  return (jobId) => isObjectId(jobId) && requestedAt(jobId) < before && !kept.has(jobId);
}
