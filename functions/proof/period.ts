// functions/proof/period.ts: what a claim is about: a stretch of time, as of a moment.

import type { Interval } from '../ledger/model/coverage.ts';
import { CLOCK_TOLERANCE_MS } from '../ledger/model/merge-observation.ts';

/** Restores count by when they were requested: at or after `since`, before `until`. ISO 8601 in UTC. */
export interface Period {
  since: string;
  until: string;
}

export interface Asking {
  period: Period;
  /** The moment of the claim, ISO 8601. */
  now: string;
}

/** A stored time that has not come yet: some clock was wrong, so it is no fact. */
export const isAhead = (at: string, now: string) => Date.parse(at) > Date.parse(now) + CLOCK_TOLERANCE_MS;

/** A stored time, or nothing where it can't be believed. */
export const believed = (at: string | undefined, now: string): string | undefined =>
  at === undefined || isAhead(at, now) ? undefined : at;

export const earlier = (a: string, b: string | undefined): string => (b !== undefined && b < a ? b : a);
export const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);

/** `2026-11-28 09:15:00 UTC` */
export const when = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

export const overlaps =
  ({ since, until }: Period) =>
  (interval: Interval) =>
    interval.from < until && interval.until > since;
