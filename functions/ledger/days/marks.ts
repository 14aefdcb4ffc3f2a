// functions/ledger/days/marks.ts: how the days of a month stand, as one item holds it.
import type { Item } from '../table/job-item.ts';
import { dayMarksMonth, daysOfMonth } from '../table/keys.ts';
import { fieldOf } from '../table/table-port.ts';

/**
 * How long after its last mark a day is counted once more, in ms: whoever marked it may have written a little later, and the index
 * that is counted may have been behind the table.
 */
export const SETTLE_MS = 900_000;

export const isLongAgo = (at: number, now: number) => now - at >= SETTLE_MS;

/** By a clock that has stepped backward since, or by one that was ahead: how long ago that was is not known. */
export const isAhead = (at: number, now: number) => at - now >= SETTLE_MS;

/** How a day stands: numbers that only grow, each an attribute of its own, so that writers don't wait for one another. */
export interface DayMarks {
  day: string;
  /** How often somebody was about to write, or had written, a job of this day. */
  marks: number;
  /**
   * How many of these marks began to write, and how many said that this was over. They are made equal where a day is settled, when nobody
   * writes: one who died said nothing, and an ADD that was repeated says it twice.
   */
  opened: number;
  closed: number;
  /** `marks` as it was when the day was counted last, and when that was: milliseconds since the epoch. */
  counted: number;
  countedAt: number;
  /** `marks` as it was when the day was counted again, long after anybody wrote. */
  settled: number;
  /** `marks` as it was when the day's jobs were kept, as of `counted`; less than 0 where they were too many. */
  packed: number;
  /** How many jobs were. */
  jobs: number;
  /** `settled` as it was when the jobs were kept with that: a version that does not keep them settles a day all the same. */
  repacked: number;
}

/** Of a day with more jobs than one item may hold. */
export const NOT_PACKED = -1;

/** An attribute of a day, such as `marks29`; of the older days taken together, whose day is '', `marks`. */
export const attributeOf = (name: Exclude<keyof DayMarks, 'day'>, day: string) => name + day.slice(-2);

export function marksOf(item: Item | undefined, day: string): DayMarks {
  const value = (name: Exclude<keyof DayMarks, 'day'>) => Number(fieldOf(item, attributeOf(name, day)) ?? 0);
  return {
    day,
    marks: value('marks'),
    opened: value('opened'),
    closed: value('closed'),
    counted: value('counted'),
    countedAt: value('countedAt'),
    settled: value('settled'),
    packed: value('packed'),
    jobs: value('jobs'),
    repacked: value('repacked'),
  };
}

/**
 * Whether a day's counts are those of its jobs: counted after the last mark, with nobody writing; or long after it, as whoever
 * was writing has died by then.
 */
export const isCounted = ({ marks, opened, closed, counted, settled }: DayMarks) =>
  (counted === marks && opened === closed) || settled === marks;

/** Whether a day's jobs are kept as it was counted last, and as it was settled. A version that does not keep them counts all the same. */
export const isPacked = (marks: DayMarks) => isCounted(marks) && isKept(marks);

/** Not of a day that has more jobs than are kept. */
export const isKept = ({ marks, counted, settled, packed, repacked }: DayMarks) =>
  packed === counted && (settled !== marks || repacked === settled);

/** The days of a month's item that were ever marked. */
export const markedDays = (item: Item): DayMarks[] =>
  daysOfMonth(dayMarksMonth(String(item.sk)))
    .map((day) => marksOf(item, day))
    .filter(({ marks }) => marks > 0);
