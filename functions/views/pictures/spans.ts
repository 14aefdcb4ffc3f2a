// functions/views/pictures/spans.ts: a period cut into the days, weeks or months that a picture has a place for each of.

/** Half open, in UTC. ISO 8601. */
export interface Span {
  since: string;
  /** Not included. */
  until: string;
}

export const UNITS = ['day', 'week', 'month'] as const;
export type Unit = (typeof UNITS)[number];

const DAY_MS = 86_400_000;
/** Of each unit: more of them are too narrow to be told apart. */
const MAX_SPANS = 100;

const iso = (ms: number) => new Date(ms).toISOString();
const startOfDay = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;

/** The shortest unit of which a picture has room for the period; beyond 100 months it is months all the same. */
export function unitOf({ since, until }: Span): Unit {
  const days = (Date.parse(until) - Date.parse(since)) / DAY_MS;
  if (days <= MAX_SPANS) return 'day';
  return days <= 7 * MAX_SPANS ? 'week' : 'month';
}

/** Oldest first: whole units, the first and the last cut to the period. Weeks begin on Monday. @param max the newest so many */
export function spansOf({ since, until }: Span, unit: Unit, max = Number.POSITIVE_INFINITY): Span[] {
  const spans: Span[] = [];
  const end = Date.parse(until);
  for (let from = Date.parse(since); from < end; ) {
    const next = Math.min(end, startOfNext(from, unit));
    spans.push({ since: iso(from), until: iso(next) });
    from = next;
  }
  return spans.slice(-max);
}

function startOfNext(ms: number, unit: Unit): number {
  const date = new Date(ms);
  if (unit === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  const daysLeft = unit === 'day' ? 1 : 7 - ((date.getUTCDay() + 6) % 7);
  return startOfDay(ms) + daysLeft * DAY_MS;
}

/** The last so many days, today included. @param now in ms since the epoch */
export const lastDays = (days: number, now: number): Span => ({
  since: iso(startOfDay(now) - (days - 1) * DAY_MS),
  until: iso(startOfDay(now) + DAY_MS),
});

/** The last so many calendar months, this one included. @param now in ms since the epoch */
export function lastMonths(months: number, now: number): Span {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { since: iso(Date.UTC(year, month - months + 1, 1)), until: iso(Date.UTC(year, month + 1, 1)) };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthName = (at: string) => MONTHS[Number(at.slice(5, 7)) - 1] ?? '';

/** `9 Nov`; of a month `Nov 2026`. */
export const spanLabel = ({ since }: Span, unit: Unit): string =>
  unit === 'month' ? `${monthName(since)} ${since.slice(0, 4)}` : `${Number(since.slice(8, 10))} ${monthName(since)}`;

/** `2026-11-09`; of several days `2026-11-09 to 2026-11-15`; of months `2026-11` or `2026-09 to 2026-11`. */
export function spanName({ since, until }: Span, unit: Unit): string {
  return spanEnds({ since, until }, unit).join(' to ');
}

/** Its first and its last day or month, once where they are the same. */
export function spanEnds({ since, until }: Span, unit: Unit): string[] {
  const length = unit === 'month' ? 7 : 10;
  return [...new Set([since.slice(0, length), iso(Date.parse(until) - 1).slice(0, length)])];
}
