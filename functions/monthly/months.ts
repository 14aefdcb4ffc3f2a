// functions/monthly/months.ts: the months whose report is due, and where in the store each is. Pure.
import { SIGNATURE_ENDING } from '../signing/report.ts';

export const REPORTS = 'reports/';
/** What is made of a month, in this order. The last one stays: its signature says that a month is done, also one written before PDF was. */
export const MONTHLY_FORMATS = ['html', 'pdf', 'json'] as const;

/** From the end of a month on, so that every list has been read past it: a full reading comes once a day by default. */
const DUE_AFTER_MS = 24 * 3_600_000;
/** How far back a missing report is made up for. */
const MOST_MONTHS = 12;

const monthOf = (ms: number) => new Date(ms).toISOString().slice(0, 7);
const beginOf = (month: string) => `${month}-01T00:00:00.000Z`;
const shifted = (month: string, by: number) => {
  const begin = new Date(beginOf(month));
  return monthOf(begin.setUTCMonth(begin.getUTCMonth() + by));
};

/** In UTC; the end is not part of it. @param month such as `2026-11` */
export const periodOfMonth = (month: string) => ({ since: beginOf(month), until: beginOf(shifted(month, 1)) });

/**
 * Those that ended a day ago or earlier, at most twelve, oldest first.
 * @param firstDay of the first anchor: there are no reports of earlier months
 * @param now milliseconds since the epoch
 */
export function dueMonths(firstDay: string, now: number): string[] {
  const first = firstDay.slice(0, 7);
  const last = shifted(monthOf(now - DUE_AFTER_MS), -1);
  const months = Array.from({ length: MOST_MONTHS }, (_, back) => shifted(last, -back));
  return months.filter((month) => month >= first).reverse();
}

/** Each attempt has a folder of its own, as nothing is replaced. @param madeAt ISO 8601 in UTC */
export const attemptFolder = (month: string, madeAt: string) => `${REPORTS}${month}/${madeAt.replaceAll(':', '-')}/`;

const LAST_SIGNATURE = new RegExp(
  `^${REPORTS}(\\d{4}-\\d{2})/[^/]+/[^/]+\\.${MONTHLY_FORMATS.at(-1)}${SIGNATURE_ENDING.replaceAll('.', '\\.')}$`,
);
/** The month that a file of this name says is done: the last signature, which goes last. */
export const doneBy = (name: string): string | undefined => LAST_SIGNATURE.exec(name)?.[1];
