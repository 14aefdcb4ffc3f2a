// functions/ledger/days/older-jobs.ts: what is known of the jobs of all days but the newest, in one item that has marks of its own, as each
// day has (docs/decisions/0059-overview-in-six-requests.md).

import { isOpen } from '../../restore/job.ts';
import { FIRST_ID, idBefore, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import type { OlderJobs } from '../model/day-counts.ts';
import type { IndexedJob } from '../model/table.ts';
import type { Item } from '../table/job-item.ts';
import { OLDER_JOBS_KEY } from '../table/keys.ts';
import { fieldOf, type Table } from '../table/table-port.ts';
import { type DayMarks, isAhead, isCounted, isLongAgo, marksOf } from './marks.ts';

/** Where a job is, and where its data went. */
export type KeptJob = Pick<IndexedJob, 'jobId' | 'projectId' | 'targetProjectId'>;

/** More than the overview lists. */
export const KEPT_JOBS = 51;

/** Days before today that the jobs of are not older, when they are counted; and at most, so long afterwards. */
const KEPT_DAYS = 20;
const RECOUNT_DAYS = 22;
/** Who asks reads the jobs of so many days by itself. */
export const NEWEST_DAYS = 25;
/** Jobs of so long ago are marked as older by whoever writes them: before anybody counts them as such, even by clocks that differ by a day. */
const MARKED_DAYS = 18;

const DAY_MS = 86_400_000;
/** So many days before the day of a moment, such as `2026-11-10`. */
export const dayBefore = (days: number, now: number) => new Date(now - days * DAY_MS).toISOString().slice(0, 10);

/** Whether whoever writes jobs of this day has to mark them as older. */
export const isMarkedAsOlder = (day: string, now: number) => day <= dayBefore(MARKED_DAYS - 1, now);

/** Before jobs of such days are written. Requests: 1 write. @returns how they stand then @throws LedgerError */
export async function openOlder(table: Pick<Table, 'update'>): Promise<DayMarks | undefined> {
  const written = await table.update(OLDER_JOBS_KEY, { add: { marks: 1, opened: 1 } }, {});
  return written.done ? marksOf(written.item, '') : undefined;
}

/**
 * After they were written. What was settled is closed, as if whoever made these marks had died. Requests: 1 write, and 1 more where that is so.
 * @param open how many are closed @param last the last of them @throws LedgerError
 */
export async function closeOlder(table: Pick<Table, 'update'>, open: number, last: number): Promise<void> {
  const closing = { add: { marks: 1, closed: open } };
  const { done } = await table.update(OLDER_JOBS_KEY, closing, { settled: { below: last } });
  if (!done) await table.update(OLDER_JOBS_KEY, { add: { marks: 1 } }, {});
}

/** Nothing where somebody writes to them, or wrote since they were counted, or where that was long ago. */
export function olderJobsOf(item: Item | undefined, now: number): OlderJobs | undefined {
  const jobs = fieldOf(item, 'jobs') as OlderJobs | undefined;
  if (!jobs || !isCounted(marksOf(item, ''))) return undefined;
  // Who counted may have had a clock that was ahead.
  return jobs.before >= dayBefore(NEWEST_DAYS, now) && jobs.before <= dayBefore(MARKED_DAYS, now) ? jobs : undefined;
}

/**
 * Counts them where somebody wrote since they were counted, and again after that, as of a day; and every three days, so that they begin
 * where the newest days end. Requests: 1 read; where they are counted 3 counts, 7 queries and 1 write. @param every in any case @throws LedgerError
 */
export async function countOlder(table: Table, now: () => number, every = false): Promise<void> {
  const item = (await table.get(OLDER_JOBS_KEY)) ?? (await begin(table));
  const startedAt = now();
  const { marks, opened, counted, countedAt, settled } = marksOf(item, '');
  const [kept, revision] = [fieldOf(item, 'jobs') as OlderJobs | undefined, Number(fieldOf(item, 'revision') ?? 0)];
  const isAgain = kept !== undefined && counted === marks && isLongAgo(countedAt, startedAt);
  const isDue = settled !== marks && (counted !== marks || isAgain || isAhead(countedAt, startedAt));
  const isThere =
    kept && kept.before >= dayBefore(RECOUNT_DAYS, startedAt) && kept.before <= dayBefore(MARKED_DAYS, startedAt);
  if (isThere && !isDue && !every) return;
  const jobs = await readOlder(table, dayBefore(KEPT_DAYS, startedAt));
  const state = isAgain ? { settled: marks, closed: opened } : { counted: marks, countedAt: startedAt };
  // Not done where somebody else has counted, or marked them, meanwhile.
  const set = { jobs, ...state, revision: revision + 1 };
  await table.update(OLDER_JOBS_KEY, { set }, { revision: revision === 0 ? undefined : revision, marks });
}

async function begin(table: Table): Promise<Item | undefined> {
  const written = await table.update(OLDER_JOBS_KEY, { add: { marks: 1 } }, {});
  return written.done ? written.item : undefined;
}

/** As the index of statuses has them, which is in no need of months. */
async function readOlder(table: Table, before: string): Promise<OlderJobs> {
  const between = [FIRST_ID, idBefore(lowestIdAt(`${before}T00:00:00Z`)) ?? FIRST_ID] as const;
  const ofStatus = (partition: string) => ({ index: 'byStatus', partition, between }) as const;
  const newestFirst = { order: 'desc', limit: KEPT_JOBS, fields: ['jobId', 'projectId', 'targetProjectId'] } as const;
  const [open, slices] = await Promise.all([
    Promise.all(STATUSES.filter(isOpen).map((status) => table.count(ofStatus(status)))),
    Promise.all(STATUSES.map((status) => table.query({ ...ofStatus(status), ...newestFirst }))),
  ]);
  // One whose status changes meanwhile is in two of them, or in none: whoever changes it says so.
  const found = new Map(
    slices.flatMap(({ items }) => items.map((item) => [String(item.jobId), item as Item & KeptJob])),
  );
  const newest = [...found.values()].map(keptText).sort().reverse().slice(0, KEPT_JOBS);
  return { before, open: open.reduce((sum, count) => sum + count, 0), newest };
}

/** Short, as every view of the overview reads it, and in the order of ids. */
const keptText = ({ jobId, projectId, targetProjectId = '' }: KeptJob) => [jobId, projectId, targetProjectId].join(' ');

export function keptJob(text: string): KeptJob {
  const [jobId = '', projectId = '', targetProjectId = ''] = text.split(' ');
  return { jobId, projectId, ...(targetProjectId !== '' && { targetProjectId }) };
}
