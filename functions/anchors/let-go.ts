// functions/anchors/let-go.ts: whether a job that the record says was let go by policy can have been. Pure.
import { MIN_RETENTION_DAYS } from '../ledger/let-go/retention-days.ts';
import { requestedAt } from '../restore/object-id.ts';

const DAY_MS = 86_400_000;

/** `no`: no retention lets it go by then, so the record was forged. `unknown`: nobody said what the retention was. */
export type Allowed = 'yes' | 'no' | 'unknown';

/**
 * Whoever may write the table may write the record of what was let go, too. What it can't make is time: a job has to be older than
 * the retention, which an anchor states.
 * @param untilMs when it was let go at the latest, in ms since the epoch
 * @param retentions the settings that may have been in force, in days; 0: none lets jobs go. Undefined: not known
 */
export function mayBeLetGo(jobId: string, untilMs: number, retentions: readonly (number | undefined)[]): Allowed {
  const ageMs = untilMs - Date.parse(requestedAt(jobId));
  if (ageMs < MIN_RETENTION_DAYS * DAY_MS) return 'no';
  if (retentions.some((days) => days && ageMs >= days * DAY_MS)) return 'yes';
  return retentions.includes(undefined) ? 'unknown' : 'no';
}
