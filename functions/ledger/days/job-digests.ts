// functions/ledger/days/job-digests.ts: digests of the jobs that are kept by day, by which a verification compares them with the jobs themselves.
import { chunks } from '../../platform/chunks.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { NO_IDS, toggled } from '../model/id-set.ts';
import type { JobSummary } from '../model/ledger.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import { dayJobsKey, dayMarksKey } from '../table/keys.ts';
import { itemsAt, type Table } from '../table/table-port.ts';
import { markKeysOf, standingOf } from './kept-counts.ts';
import { isPacked, marksOf } from './marks.ts';
import { packedJob, unpackedJobs } from './packed-jobs.ts';

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
  const packed = [...standingOf(marks, days).keys()].filter((day) =>
    isPacked(marksOf(itemOf(marks, dayMarksKey(day.slice(0, 7))), day)),
  );
  const digests = new Map<string, string>();
  for (const some of chunks(packed, PARALLEL_DAYS)) {
    const items = await itemsAt(table, some.map(dayJobsKey));
    for (const day of some) {
      const jobs = unpackedJobs(itemOf(items, dayJobsKey(day)));
      // Of a day whose jobs were taken away, none are kept, which differs.
      digests.set(day, (jobs ?? []).reduce(digestWith, NO_IDS));
    }
  }
  return digests;
}
