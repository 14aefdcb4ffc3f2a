// functions/ledger/days/job-digests.ts: digests of the jobs that are kept by day, by which a verification compares them with the jobs themselves.
import { chunks } from '../../platform/chunks.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { NO_IDS, toggled } from '../model/id-set.ts';
import type { JobSummary } from '../model/ledger.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import { ALL_DAY_MARKS, dayJobsKey, dayMarksKey } from '../table/keys.ts';
import { everything, itemsAt, type Table } from '../table/table-port.ts';
import { markKeysOf, standingOf } from './kept-counts.ts';
import { type DayMarks, isPacked, markedDays, marksOf } from './marks.ts';
import { packedJob, unpackedJobs } from './packed-jobs.ts';

const DAMAGED = 'damaged';
/** Days whose jobs are in memory at once. */
const PARALLEL_DAYS = 25;

/** A digest of jobs, whatever their order, with one more. @param digest `NO_IDS` of none */
export const digestWith = (digest: string, job: Item | JobSummary): string =>
  toggled(digest, [canonicalJson(packedJob(job as Item))]);

/**
 * By day, as of `digestWith`, without days that somebody writes to, or wrote to since they were counted, or whose jobs are too many.
 * Requests: 1 batch read, and 1 for each 25 days. @throws LedgerError
 */
export async function jobDigests(table: Table, days: readonly string[]): Promise<Map<string, string>> {
  const marks = await itemsAt(table, markKeysOf(days));
  const packed = [...standingOf(marks, days).keys()]
    .map((day) => marksOf(itemOf(marks, dayMarksKey(day.slice(0, 7))), day))
    .filter(isPacked);
  const digests = new Map<string, string>();
  for (const some of chunks(packed, PARALLEL_DAYS)) {
    const keys = some.map(({ day }) => dayJobsKey(day));
    const items = await itemsAt(table, keys);
    for (const [n, key] of keys.entries()) {
      const of = some[n] as DayMarks;
      const kept = of.marks === 0 ? [] : unpackedJobs(itemOf(items, key), of);
      // Where they were taken away, or are no list of that day's jobs, they are those of no day.
      digests.set(of.day, kept?.reduce(digestWith, NO_IDS) ?? DAMAGED);
    }
  }
  return digests;
}

/** The days that jobs were ever written of, whether any are left. Requests: 1 query. @throws LedgerError */
export async function daysWritten(table: Table): Promise<string[]> {
  const days: string[] = [];
  for await (const month of everything(table, { ...ALL_DAY_MARKS, consistent: true }))
    days.push(...markedDays(month).map(({ day }) => day));
  return days;
}
