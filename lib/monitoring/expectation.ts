// lib/monitoring/expectation.ts: what alarms expect of a schedule.
import type { Gaps } from '../settings/schedule.ts';

/** How often it is checked how collection stands, and what the alarms compare. */
export const CHECK_MINUTES = 5;

export interface Expectation {
  /** How long a run may be overdue, in minutes: it starts, lists the projects, and reads them. */
  readonly overdueMinutes: number;
  /** Runs that have to go wrong before an alarm goes off. */
  readonly runsToAlarm: number;
}

/** A run that is made up for within hours is not worth waking anyone. */
const FREQUENT_MINUTES = 6 * 60;
const LEAST_OVERDUE = 10;
const MOST_OVERDUE = 120;

/** @param gaps between runs; undefined where there is at most one more */
export function expectationOf(gaps: Gaps | undefined): Expectation {
  const shortest = gaps?.shortestMinutes ?? Number.POSITIVE_INFINITY;
  return {
    overdueMinutes: Math.min(Math.max(2 * shortest, LEAST_OVERDUE), MOST_OVERDUE),
    runsToAlarm: shortest < FREQUENT_MINUTES ? 2 : 1,
  };
}
