// functions/ledger/model/backfill.ts: the changes too old to emit events.

import { isAnnotating } from '../../restore/annotations.ts';
import { isOpen } from '../../restore/job.ts';
import type { Change, JobSummary } from './ledger.ts';

/** Hours after the end of a restore in which its changes emit events. */
export const MAX_EVENT_AGE_HOURS = 24;

/**
 * True for a change of a settled job that ended long before, other than a change of its status and an annotation: its first
 * sight, a requester found later, a finding by other rules. Such changes are recorded and emit no events.
 */
export function isBackfilled(
  { requestedAt, finishedAt = requestedAt }: Pick<JobSummary, 'requestedAt' | 'finishedAt'>,
  change: Change,
  maxAgeHours: number,
): boolean {
  const { revision, status, at, fields } = change;
  if (isOpen(status) || isAnnotating(change) || (revision > 1 && fields.status !== undefined)) return false;
  return Date.parse(at) - Date.parse(finishedAt) > maxAgeHours * 3_600_000;
}
