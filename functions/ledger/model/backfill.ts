// functions/ledger/model/backfill.ts: the changes too old to emit events.
import { isOpen } from '../../restore/job.ts';
import type { Change, JobSummary } from './ledger.ts';

/** Hours after the end of a restore in which its changes emit events. */
export const MAX_EVENT_AGE_HOURS = 24;

/**
 * True for a change of a settled job that ended long before, other than a change of its status: its first sight, a
 * requester found later, a finding by other rules. Such changes are recorded and emit no events.
 */
export function isBackfilled(
  { requestedAt, finishedAt = requestedAt }: Pick<JobSummary, 'requestedAt' | 'finishedAt'>,
  { revision, status, at, fields }: Change,
  maxAgeHours: number,
): boolean {
  if (isOpen(status) || (revision > 1 && fields.status !== undefined)) return false;
  return Date.parse(at) - Date.parse(finishedAt) > maxAgeHours * 3_600_000;
}
