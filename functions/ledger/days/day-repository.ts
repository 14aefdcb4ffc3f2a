// functions/ledger/days/day-repository.ts: the counts of each day's jobs, kept beside the jobs (docs/decisions/0034-day-counts.md).
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { FIRST_ID, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import { addJob, compact, type DayCounts, noDayCounts } from '../model/day-counts.ts';
import { INDEXED_JOB_FIELDS } from '../model/table.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import {
  ALL_DAY_MARKS,
  DAYS_KEY,
  dayCountsKey,
  dayJobsKey,
  dayMarksKey,
  daysOfMonth,
  type Key,
  monthAfter,
  monthOf,
} from '../table/keys.ts';
import { everything, itemsAt, type Table } from '../table/table-port.ts';
import { addMarks } from './day-marker.ts';
import { jobsOf } from './day-range.ts';
import { countKeysOf, countsIn, markKeysOf, standingOf } from './kept-counts.ts';
import { attributeOf, type DayMarks, isAhead, isKept, isLongAgo, markedDays, NOT_PACKED } from './marks.ts';
import { countOlder } from './older-jobs.ts';
import { JobPacker, packedJob } from './packed-jobs.ts';

const PARALLEL_DAYS = 8;
/** Jobs read at once of each: an answer of 1 MB takes 20 MB of memory. */
const PAGE_JOBS = 500;

export class DayRepository {
  readonly #table: Table;
  readonly #now: () => number;
  #hasBegun = false;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Counts the days that were written to since they were counted, newest first, until there is no time left; and then what is known of the
   * older ones together.
   * @param every every day that was ever written to, as the jobs say, whatever is kept
   * Requests: 1 query, with `every` those of `#markMonths`, and for each of these days 1 batch read, 1 query for each 500 jobs, and 2 writes, or 3 where its jobs are kept; and
   * those of `countOlder`.
   * @throws LedgerError
   */
  async count(isOutOfTime: () => boolean, every = false): Promise<void> {
    await this.begin();
    // Marks may have been taken away, with which the jobs of a day go.
    if (every) await this.#markMonths();
    for await (const month of everything(this.#table, { ...ALL_DAY_MARKS, order: 'desc', consistent: true })) {
      const due = markedDays(month).filter((day) => every || isDue(day, this.#now()));
      await forEachConcurrent(due.toReversed(), PARALLEL_DAYS, async (day) => {
        if (!isOutOfTime()) await this.#countDay(day);
      });
      if (isOutOfTime()) return;
    }
    if (!isOutOfTime()) await countOlder(this.#table, this.#now, every);
  }

  /**
   * The counts of these days, without those that somebody writes to, or wrote to since they were counted.
   * Requests: 1 batch read for the marks, and 1 for each 100 days that have jobs.
   * @param days such as `2026-11-29`
   */
  async counts(days: readonly string[]): Promise<Map<string, DayCounts>> {
    const read = (keys: readonly Key[]) => itemsAt(this.#table, keys);
    // The marks first: what is read after them is no older than they say.
    const standing = standingOf(await read(markKeysOf(days)), days);
    return countsIn(await read(countKeysOf(standing)), standing);
  }

  /**
   * Marks the months of jobs that were recorded before anybody marked days. Requests: 1 read by a process's first call.
   * @throws LedgerError
   */
  async begin(): Promise<void> {
    this.#hasBegun ||= (await this.#table.get(DAYS_KEY)) !== undefined;
    if (this.#hasBegun) return;
    await this.#markMonths();
    await this.#table.put({ ...DAYS_KEY, since: new Date(this.#now()).toISOString() });
    this.#hasBegun = true;
  }

  /** Requests: for each month with jobs 8 queries and 1 write. */
  async #markMonths(): Promise<void> {
    for (let from: string | undefined = FIRST_ID; from !== undefined; ) {
      const first = await this.#firstJobFrom(from);
      if (first === undefined) break;
      const month = monthOf(first);
      await addMarks(this.#table, daysOfMonth(month));
      const next = lowestIdAt(`${monthAfter(month)}-01T00:00:00Z`);
      from = next > first ? next : undefined;
    }
  }

  async #firstJobFrom(id: string): Promise<string | undefined> {
    const range = { index: 'byStatus', between: [id, LAST_ID], limit: 1, fields: ['jobId'] } as const;
    const slices = await Promise.all(STATUSES.map((status) => this.#table.query({ ...range, partition: status })));
    return slices.flatMap(({ items }) => items.map(({ jobId }) => String(jobId))).sort()[0];
  }

  async #countDay({ day, marks, opened, counted, countedAt }: DayMarks): Promise<void> {
    const keys = [dayCountsKey(day), dayJobsKey(day)] as const;
    const before = await this.#table.batchGet(keys, { consistent: true });
    const startedAt = this.#now();
    const counts = noDayCounts();
    const packer = new JobPacker();
    for await (const item of everything(this.#table, {
      ...jobsOf([day]),
      fields: INDEXED_JOB_FIELDS,
      limit: PAGE_JOBS,
    })) {
      addJob(counts, packedJob(item));
      packer.add(item);
    }
    const kept = packer.pack();
    // Before the counts: who marks the day as counted has written both. Not done where somebody else has counted meanwhile.
    if (kept && !(await this.#put(keys[1], before, { packed: kept.packed })).done) return;
    const { done } = await this.#put(keys[0], before, { counts: compact(counts) });
    if (!done) return;
    const isAgain = counted === marks && isLongAgo(countedAt, startedAt);
    const set = {
      [attributeOf('packed', day)]: kept ? marks : NOT_PACKED,
      [attributeOf('jobs', day)]: kept?.jobs ?? 0,
      ...(isAgain
        ? {
            [attributeOf('settled', day)]: marks,
            [attributeOf('closed', day)]: opened,
            [attributeOf('repacked', day)]: marks,
          }
        : { [attributeOf('counted', day)]: marks, [attributeOf('countedAt', day)]: startedAt }),
    };
    // Not of a day that was marked meanwhile: it has to be counted again, and who began and ended since has to stay counted.
    await this.#table.update(dayMarksKey(day.slice(0, 7)), { set }, { [attributeOf('marks', day)]: marks });
  }

  /** @param before what was read, which is stored still if this is done */
  #put(key: Key, before: readonly Item[], set: Item) {
    const revision = itemOf(before, key)?.revision as number | undefined;
    return this.#table.put({ ...key, ...set, revision: (revision ?? 0) + 1 }, { revision });
  }
}

function isDue(day: DayMarks, now: number): boolean {
  const { marks, counted, countedAt, settled, packed } = day;
  if (settled !== marks && (counted !== marks || isLongAgo(countedAt, now) || isAhead(countedAt, now))) return true;
  // Counted, or settled, by a version that does not keep the jobs.
  return !isKept(day) && packed !== NOT_PACKED;
}
