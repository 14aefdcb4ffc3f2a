// functions/lake/days.ts: which days are to be written. Pure. A day is of UTC, and of when the ledger recorded a change.

/** A day is written once it has been over for so long, in ms: a collector may record an answer some minutes after it asked for it. */
export const GRACE_MS = 2 * 3_600_000;
/** So many days are written again, with what came late: from another ledger, or from a run that took long. */
export const AGAIN_DAYS = 3;
/** A day that has no file is written as long as it isn't older, in days. */
export const CATCH_UP_DAYS = 35;

const DAY_MS = 86_400_000;

export const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
export const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`);
export const dayAfter = (day: string) => dayAt(startOf(day) + DAY_MS);
/** The last day that is over. @param now in ms since the epoch */
export const lastDay = (now: number) => dayAt(now - GRACE_MS - DAY_MS);

/** Days that can be asked for at once. */
export const MAX_DAYS = 3_660;

/** From the first to the last, both included: the latest `MAX_DAYS` of them. */
export function daysFrom(from: string, last: string): string[] {
  const earliest = dayAt(startOf(last) - (MAX_DAYS - 1) * DAY_MS);
  const first = from > earliest ? from : earliest;
  const days: string[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}

/** @param written days that have a file */
export function dueDays(written: ReadonlySet<string>, now: number): string[] {
  const last = lastDay(now);
  const back = (days: number) => dayAt(startOf(last) - (days - 1) * DAY_MS);
  const again = back(AGAIN_DAYS);
  return daysFrom(back(CATCH_UP_DAYS), last).filter((day) => day >= again || !written.has(day));
}

/** The first that a scheduled call looks at. */
export const firstDueDay = (now: number) => dayAt(startOf(lastDay(now)) - (CATCH_UP_DAYS - 1) * DAY_MS);
