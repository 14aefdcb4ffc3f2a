// functions/ledger/days/kept-counts.ts: the kept counts of days, from items that were read in two steps: first how the days stand, and then
// their counts, so that no count is older than the marks by which it is given out.
import { type DayCounts, noDayCounts } from '../model/day-counts.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import { DAYS_KEY, dayCountsKey, dayMarksKey, type Key } from '../table/keys.ts';
import { isCounted, marksOf } from './marks.ts';

/** Days whose counts may be given out: those that nobody ever wrote to, and those that were counted since. */
export type Standing = ReadonlyMap<string, 'empty' | 'counted'>;

/** What says how days stand: as many keys as they have months, and one. */
export const markKeysOf = (days: readonly string[]): Key[] => [
  DAYS_KEY,
  ...[...new Set(days.map((day) => day.slice(0, 7)))].map(dayMarksKey),
];

/** @param items those of `markKeysOf` that are there, and any others, by consistent reads */
export function standingOf(items: readonly Item[], days: readonly string[]): Standing {
  const standing = new Map<string, 'empty' | 'counted'>();
  if (!itemOf(items, DAYS_KEY)) return standing;
  for (const day of days) {
    const marks = marksOf(itemOf(items, dayMarksKey(day.slice(0, 7))), day);
    if (marks.marks === 0) standing.set(day, 'empty');
    else if (isCounted(marks)) standing.set(day, 'counted');
  }
  return standing;
}

export const countKeysOf = (standing: Standing): Key[] =>
  [...standing].flatMap(([day, is]) => (is === 'counted' ? [dayCountsKey(day)] : []));

/** @param items those of `countKeysOf` that are there, and any others, read consistently after the marks */
export function countsIn(items: readonly Item[], standing: Standing): Map<string, DayCounts> {
  const counts = new Map<string, DayCounts>();
  for (const [day, is] of standing) {
    const of = is === 'empty' ? noDayCounts() : (itemOf(items, dayCountsKey(day))?.counts as DayCounts | undefined);
    if (of) counts.set(day, of);
  }
  return counts;
}
