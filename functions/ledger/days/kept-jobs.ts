// functions/ledger/days/kept-jobs.ts: the newest jobs of some days, as they are kept by day, in two steps: first how the days stand, and
// then their jobs, in as many requests as there are days for, however many jobs they have (docs/decisions/0060-jobs-of-a-day.md).
import { requestedAt } from '../../restore/object-id.ts';
import { addJob, type DayCounts, noDayCounts } from '../model/day-counts.ts';
import { FINDING_RULES, INDEXED_JOB_FIELDS } from '../model/table.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import { ALL_DAY_MARKS, DAYS_KEY, dayJobsKey, dayMarksKey, dayOf, type Key } from '../table/keys.ts';
import { everything, itemsAt, type Table } from '../table/table-port.ts';
import { jobsOf } from './day-range.ts';
import { countKeysOf, countsIn, markKeysOf, standingOf } from './kept-counts.ts';
import { isPacked, markedDays, marksOf } from './marks.ts';
import { packedJob, unpackedJobs } from './packed-jobs.ts';

export interface KeptJobs {
  /** As the index over all projects has them, newest first. */
  jobs: Item[];
  /** There are more jobs of these days, requested before this moment, and none of them is among `jobs`. ISO 8601. */
  reachedAt?: string;
  /** Where they were asked for, of all days, but for those that somebody writes to and whose jobs are not among `jobs`. */
  counts: Map<string, DayCounts>;
}

const JOB_FIELDS = [...INDEXED_JOB_FIELDS, FINDING_RULES];
/** More than these are as many queries as reading the index from its newest end. */
const MAX_RANGES = 3;

/** Both of them among it; such as `2026-11-29`. */
export interface DayPeriod {
  /** @default the day of the oldest job */
  first?: string | undefined;
  last: string;
}

/**
 * The jobs of the newest of these days that have `most` jobs together, whole days; of days that somebody writes to, what the index has.
 * Nothing where too few of the days are kept.
 * Requests: 1 batch read, without a first day 1 query and 1 read; then 1 batch read for each 100 days, and at the same time 1 query for each 1,500
 * jobs or so of days that are not kept.
 * @param how.isCounted whether the counts of the days are asked for, those of other days included
 * @throws LedgerError
 */
export async function keptJobs(
  table: Table,
  period: DayPeriod,
  { most, isCounted = false }: { most: number; isCounted?: boolean },
): Promise<KeptJobs | undefined> {
  const { marks, days } = await marksIn(table, period);
  if (!itemOf(marks, DAYS_KEY)) return undefined;
  const { packed, ranges, left } = chosen(marks, days, most);
  if (ranges.length > MAX_RANGES) return undefined;
  const standing = standingOf(marks, isCounted ? left : []);
  // What is read after the marks is no older than they say.
  const keys: Key[] = [...packed.map(({ day }) => dayJobsKey(day)), ...countKeysOf(standing)];
  const [items, ...read] = await Promise.all([
    itemsAt(table, keys),
    ...ranges.map((range) => inIndex(table, range, most)),
  ]);
  const jobs = read.flatMap((range) => range.jobs);
  for (const { day, jobs: count } of packed) {
    const ofDay = unpackedJobs(itemOf(items, dayJobsKey(day)), { day, jobs: count });
    if (!ofDay) return undefined;
    jobs.push(...ofDay);
  }
  const isMore = left.some((day) => standsOf(marks, day) !== 'empty');
  const ends = [...read.map((range) => range.reachedAt ?? ''), isMore ? `${days[left.length]}T00:00:00.000Z` : ''];
  const reachedAt = ends.sort().at(-1);
  const counts = countsIn(items, standing);
  const isRead = (day: string) =>
    ranges.every(([first, last], n) => read[n]?.reachedAt === undefined || day < first || day > last);
  if (isCounted) countInto(counts, days.slice(left.length).filter(isRead), jobs);
  const ofDays = jobs.sort((a, b) => (String(a.jobId) < String(b.jobId) ? 1 : -1));
  if (!reachedAt) return { jobs: ofDays, counts };
  return { jobs: ofDays.filter(({ jobId }) => requestedAt(String(jobId)) >= reachedAt), reachedAt, counts };
}

function countInto(counts: Map<string, DayCounts>, days: readonly string[], jobs: readonly Item[]): void {
  for (const day of days) counts.set(day, noDayCounts());
  for (const job of jobs) {
    const of = counts.get(dayOf(String(job.jobId)));
    if (of) addJob(of, packedJob(job));
  }
}

async function marksIn(table: Table, { first, last }: DayPeriod): Promise<{ marks: Item[]; days: string[] }> {
  if (first !== undefined) {
    const days = daysFrom(first, last);
    return { marks: await itemsAt(table, markKeysOf(days)), days };
  }
  const begun = await table.get(DAYS_KEY);
  const marks = begun ? [begun] : [];
  for await (const item of everything(table, { ...ALL_DAY_MARKS, consistent: true })) marks.push(item);
  const [oldest = last] = marks.slice(1).flatMap((month) => markedDays(month).map(({ day }) => day));
  return { marks, days: daysFrom(oldest, last) };
}

const DAY_MS = 86_400_000;

/** Oldest first. */
function daysFrom(first: string, last: string): string[] {
  const from = Date.parse(first);
  const count = Math.max(0, (Date.parse(last) - from) / DAY_MS + 1);
  return Array.from({ length: count }, (_, n) => new Date(from + n * DAY_MS).toISOString().slice(0, 10));
}

type DayRange = [first: string, last: string];

interface Chosen {
  /** With jobs, and how many. */
  packed: { day: string; jobs: number }[];
  /** Of the same month each. */
  ranges: DayRange[];
  /** Those before. */
  left: readonly string[];
}

function standsOf(marks: readonly Item[], day: string): 'empty' | 'written' | number {
  const of = marksOf(itemOf(marks, dayMarksKey(day.slice(0, 7))), day);
  return of.marks === 0 ? 'empty' : isPacked(of) ? of.jobs : 'written';
}

/** From the newest day on. How many jobs a day has that somebody writes to is not known. */
function chosen(marks: readonly Item[], days: readonly string[], most: number): Chosen {
  const packed: Chosen['packed'] = [];
  const ranges: DayRange[] = [];
  let jobs = 0;
  let at = days.length;
  for (; at > 0 && jobs < most; at--) {
    const day = days[at - 1] ?? '';
    const stands = standsOf(marks, day);
    const last = ranges.at(-1);
    if (stands === 'written' && last && last[0] === days[at] && last[0].slice(0, 7) === day.slice(0, 7)) last[0] = day;
    else if (stands === 'written') ranges.push([day, day]);
    else if (typeof stands === 'number' && stands > 0) {
      packed.push({ day, jobs: stands });
      jobs += stands;
    }
  }
  return { packed, ranges, left: days.slice(0, at) };
}

async function inIndex(table: Table, range: DayRange, most: number): Promise<{ jobs: Item[]; reachedAt?: string }> {
  const jobs: Item[] = [];
  for await (const item of everything(table, { ...jobsOf(range), order: 'desc', fields: JOB_FIELDS })) {
    if (jobs.length === most) return { jobs, reachedAt: requestedAt(String(item.jobId)) };
    jobs.push(item);
  }
  return { jobs };
}
