// functions/api/http/period.ts: periods as people name them: whole days of UTC, weeks from Monday on; and ages.
import { lastDays, type Span } from '../../views/pictures/spans.ts';

const DAY_MS = 86_400_000;

/** From a moment to another, which is not included. ISO 8601. */
export interface Period {
  from: string;
  to: string;
}

export const PERIOD_WORDS = [
  ...(['today', 'yesterday', 'this-week', 'last-week', 'this-month', 'last-month'] as const),
  ...(['this-quarter', 'last-quarter', 'this-year', 'last-year'] as const),
] as const;
export type PeriodWord = (typeof PERIOD_WORDS)[number];

/** Days of the longest period that is asked for by a number; a year may be a day longer. */
const MAX_DAYS = 365;
export const LONGEST_DAYS = MAX_DAYS + 1;

export const asPeriod = ({ since, until }: Span): Period => ({ from: since, to: until });

/** A word, or a number of days as of `lastDays` such as `30d`; undefined for anything else. */
export function namedPeriod(text: string, now: number): Period | undefined {
  const days = /^([1-9]\d{0,2})d$/.exec(text)?.[1];
  if (days !== undefined) return Number(days) <= MAX_DAYS ? asPeriod(lastDays(Number(days), now)) : undefined;
  const word = PERIOD_WORDS.find((each) => each === text);
  return word && wordPeriod(word, now);
}

function wordPeriod(word: PeriodWord, now: number): Period {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const today = Math.floor(now / DAY_MS);
  const monday = today - ((date.getUTCDay() + 6) % 7);
  const quarter = month - (month % 3);
  const days = (first: number, count: number) => periodOf(first * DAY_MS, (first + count) * DAY_MS);
  const months = (first: number, count: number) => periodOf(Date.UTC(year, first), Date.UTC(year, first + count));
  switch (word) {
    case 'today':
      return days(today, 1);
    case 'yesterday':
      return days(today - 1, 1);
    case 'this-week':
      return days(monday, 7);
    case 'last-week':
      return days(monday - 7, 7);
    case 'this-month':
      return months(month, 1);
    case 'last-month':
      return months(month - 1, 1);
    case 'this-quarter':
      return months(quarter, 3);
    case 'last-quarter':
      return months(quarter - 3, 3);
    case 'this-year':
      return months(0, 12);
    case 'last-year':
      return months(-12, 12);
  }
}

const periodOf = (from: number, to: number): Period => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

const UNIT_MS = { m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS } as const;

/** `30m`, `12h`, `7d`, `2w`: in ms; undefined for anything else. */
export function ageMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
