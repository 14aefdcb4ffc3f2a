// functions/platform/freshness.ts: when a reading counts as late.

const MINUTE_MS = 60_000;
/** One missed run is no reason to worry; the second is. */
const MISSED_RUNS = 2;
/** For a run to begin and end. */
const RUN_MS = 15 * MINUTE_MS;
const MIN_MS = 60 * MINUTE_MS;

/** Where no schedule is known, in ms: a day, and two hours for a run that is late. */
export const UNSCHEDULED_LATE_MS = 26 * 60 * MINUTE_MS;

/**
 * After how long without a complete reading one is late, in ms.
 * @param runEveryMinutes the longest time from one scheduled run to the next. Absent: not known
 */
export const lateAfterMs = (runEveryMinutes: number | undefined): number =>
  runEveryMinutes === undefined
    ? UNSCHEDULED_LATE_MS
    : Math.max(MIN_MS, MISSED_RUNS * runEveryMinutes * MINUTE_MS + RUN_MS);
