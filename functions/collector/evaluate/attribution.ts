// functions/collector/evaluate/attribution.ts: when a requester is certain, and when jobs without one are attributed again.

import type { AtlasError } from '../../atlas/model/errors.ts';
import type { AttributionCoverage } from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import { isFound, type Requester } from '../../restore/requesters/requester.ts';

/** Atlas's newest events were 0 to 3 s older than the answer (docs/atlas.md#12-1): an event can be missing for as long, and more. */
const VISIBLE_AFTER_MS = 30_000;
/** No event comes later than this, as far as is known. */
export const FINAL_AFTER_MS = 15 * 60_000;
/** How long events that failed are left alone: as long as they have been failing, between these. */
const MIN_WAIT_MS = 60_000;
export const MAX_WAIT_MS = 6 * 3_600_000;
export const TOO_MANY_EVENTS = 'TOO_MANY_EVENTS';

export const iso = (ms: number) => new Date(ms).toISOString();

const earliest = (times: readonly string[]) => times.reduce((a, b) => (b < a ? b : a));

export const earlier = (a: string | undefined, b: string | undefined) =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** When the oldest job to attribute now was requested: new ones are, with what was left before; without them only what is due. */
export function attributableFrom(
  stored: AttributionCoverage | undefined,
  unattributedFrom: string | undefined,
  now: number,
): string | undefined {
  const isDue = stored?.dueAt !== undefined && Date.parse(stored.dueAt) <= now;
  return earlier(unattributedFrom, isDue || unattributedFrom !== undefined ? stored?.from : undefined);
}

/**
 * What one collector made of the attribution that it read, over what is stored by now: what either has left to do is left.
 * @param left what it leaves where it made nothing
 */
export function attributionOver(
  latest: AttributionCoverage | undefined,
  { read, made, left }: Partial<Record<'read' | 'made' | 'left', AttributionCoverage | undefined>>,
): AttributionCoverage | undefined {
  if (made && latest?.from === read?.from && latest?.dueAt === read?.dueAt) return made;
  const ours = made ?? left;
  if (!ours) return latest;
  const [from, dueAt] = [earlier(latest?.from, ours.from), earlier(latest?.dueAt, ours.dueAt)];
  return from === undefined ? ours : { ...latest, ...ours, from, ...defined({ dueAt }) };
}

/** What an attempt came to. */
export interface Attempted {
  /** Request times of the jobs that are left. */
  left: readonly string[];
  /** Events were requested. */
  attempted: boolean;
  /** Why they could not be read, and the request time of the first job of which they could not. */
  failed?: { error: AtlasError; from: string } | undefined;
}

export function attributionAfter(
  stored: AttributionCoverage | undefined,
  { left, attempted, failed }: Attempted,
  now: number,
): AttributionCoverage {
  const { from: _, dueAt: __, ...before } = stored ?? {};
  if (!attempted) return { ...before, ...nextAttempt(left, now) };
  if (!failed) return { readAt: iso(now), ...nextAttempt(left, now) };
  const { code, message, transient } = failed.error;
  const since = before.error?.since ?? iso(now);
  const failing = { ...before, error: { code, message, since } };
  if (!transient) return { ...failing, ...nextAttempt(left, now) };
  // Tried again, less and less often.
  const waitMs = Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, now - Date.parse(since)));
  return { ...failing, from: earliest([...left, failed.from]), dueAt: iso(now + waitMs) };
}

function nextAttempt(left: readonly string[], now: number): Pick<AttributionCoverage, 'from' | 'dueAt'> {
  if (left.length === 0) return {};
  const dues = left.map((at) => {
    const requested = Date.parse(at);
    return requested + (now - requested < VISIBLE_AFTER_MS ? VISIBLE_AFTER_MS : FINAL_AFTER_MS);
  });
  return { from: earliest(left), dueAt: iso(Math.max(now, Math.min(...dues))) };
}

/** Pending, never attributed, or not available at the time. */
export function isUnresolved(requester: Requester | undefined): boolean {
  if (requester === undefined) return true;
  if (isFound(requester)) return false;
  const { reason, detail } = requester;
  return reason === 'pending' || (reason === 'not-read' && detail !== TOO_MANY_EVENTS);
}

export const isPending = (requester: Requester | undefined): boolean =>
  requester !== undefined && !isFound(requester) && requester.reason === 'pending';

/** While an event may still appear, only what no further event could change is said. */
export function inTime(verdict: Requester, ageMs: number): Requester {
  if (ageMs >= FINAL_AFTER_MS) return verdict;
  const isSure = isFound(verdict) && (verdict.grade === 'exact' || verdict.grade === 'strong');
  return isSure && ageMs >= VISIBLE_AFTER_MS ? verdict : { reason: 'pending' };
}
