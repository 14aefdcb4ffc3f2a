// functions/ledger/days/day-repository.ts: the counts of each day's jobs, kept beside the jobs (docs/decisions/0034-day-counts.md).
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { FIRST_ID, idBefore, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import { addJob, type CountedJob, compact, type DayCounts, noDayCounts } from '../model/day-counts.ts';
import { fieldNames, type IndexField } from '../model/table.ts';
import { pick } from '../table/job-item.ts';
import {
  ALL_DAY_MARKS,
  DAYS_KEY,
  dayCountsKey,
  dayMarksKey,
  daysOfMonth,
  feedPartition,
  type Key,
  monthAfter,
  monthOf,
} from '../table/keys.ts';
import { everything, itemsAt, type Table } from '../table/table-port.ts';
import { addMarks } from './day-marker.ts';
import { countKeysOf, countsIn, markKeysOf, standingOf } from './kept-counts.ts';
import { attributeOf, type DayMarks, isLongAgo, markedDays } from './marks.ts';
import { countOlder } from './older-jobs.ts';

const COUNTED_FIELDS = fieldNames<CountedJob>({
  status: true,
  kind: true,
  delivery: true,
  requestedAt: true,
  durationSeconds: true,
  problems: true,
  findings: true,
}) satisfies readonly IndexField[];
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
   * @param every every day that was ever written to
   * Requests: 1 query, and for each of these days 1 read, 1 query for each 500 jobs, and 2 writes; and those of `countOlder`.
   * @throws LedgerError
   */
  async count(isOutOfTime: () => boolean, every = false): Promise<void> {
    await this.begin();
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
    for (let from: string | undefined = FIRST_ID; from !== undefined; ) {
      const first = await this.#firstJobFrom(from);
      if (first === undefined) break;
      const month = monthOf(first);
      await addMarks(this.#table, daysOfMonth(month));
      const next = lowestIdAt(`${monthAfter(month)}-01T00:00:00Z`);
      from = next > first ? next : undefined;
    }
    await this.#table.put({ ...DAYS_KEY, since: new Date(this.#now()).toISOString() });
    this.#hasBegun = true;
  }

  async #firstJobFrom(id: string): Promise<string | undefined> {
    const range = { index: 'byStatus', between: [id, LAST_ID], limit: 1, fields: ['jobId'] } as const;
    const slices = await Promise.all(STATUSES.map((status) => this.#table.query({ ...range, partition: status })));
    return slices.flatMap(({ items }) => items.map(({ jobId }) => String(jobId))).sort()[0];
  }

  async #countDay({ day, marks, opened, counted, countedAt }: DayMarks): Promise<void> {
    const key = dayCountsKey(day);
    const revision = (await this.#table.get(key))?.revision as number | undefined;
    const startedAt = this.#now();
    const counts = noDayCounts();
    for await (const item of everything(this.#table, { ...jobsOf(day), fields: COUNTED_FIELDS, limit: PAGE_JOBS }))
      addJob(counts, pick<CountedJob>(item, COUNTED_FIELDS));
    const { done } = await this.#table.put(
      { ...key, revision: (revision ?? 0) + 1, counts: compact(counts) },
      { revision },
    );
    if (!done) return; // somebody else has counted meanwhile
    const isAgain = counted === marks && isLongAgo(countedAt, startedAt);
    const set = isAgain
      ? { [attributeOf('settled', day)]: marks, [attributeOf('closed', day)]: opened }
      : { [attributeOf('counted', day)]: marks, [attributeOf('countedAt', day)]: startedAt };
    await this.#table.update(dayMarksKey(day.slice(0, 7)), { set }, {});
  }
}

const isDue = ({ marks, counted, countedAt, settled }: DayMarks, now: number) =>
  settled !== marks && (counted !== marks || isLongAgo(countedAt, now));

/** The jobs of a day in the index over all projects. */
function jobsOf(day: string) {
  const [first, next] = [lowestIdAt(`${day}T00:00:00Z`), lowestIdAt(`${day}T24:00:00Z`)];
  const between = [first, idBefore(next) ?? next] as const;
  return { index: 'feed', partition: feedPartition('JOBS', day.slice(0, 7)), between } as const;
}
