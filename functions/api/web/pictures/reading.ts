// functions/api/web/pictures/reading.ts: the restores that pictures are made of: the newest so many, and from when on that is all of them.
import type { JobSummary, JobsQuery } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { MAX_LIMIT } from '../../../ledger/repositories/queries.ts';
import { defined } from '../../../platform/defined.ts';
import { BEGINNING, type PicturedJob, type ReadJobs } from '../../../views/pictures/jobs.ts';

export type PictureLedger = Pick<LedgerReader, 'jobs' | 'indexedJobs'>;
type Query = Omit<JobsQuery, 'limit' | 'cursor' | 'order'>;

/** Requests: 1 query, and 2 batch reads, for each 200 jobs. @param max of the newest */
export const readJobs = (ledger: PictureLedger, query: Query, max: number): Promise<ReadJobs<JobSummary>> =>
  readPages(max, (limit, cursor) =>
    ledger.jobs({ ...query, ...defined({ limit: Math.min(limit, MAX_LIMIT), cursor }) }),
  );

/** Requests: 1 query a MB of an index, some 1,500 jobs. @param max of the newest */
export const readIndexed = (ledger: PictureLedger, query: Omit<Query, 'accountId'>, max: number): Promise<ReadJobs> =>
  readPages(max, (limit, cursor) => ledger.indexedJobs({ ...query, limit, ...defined({ cursor }) }));

/** A page can be short, and go on all the same: that many pages are enough for `max` jobs that lie close together. */
const MAX_PAGES = 10;

async function readPages<Job extends PicturedJob>(
  max: number,
  read: (limit: number, cursor: string | undefined) => Promise<{ items: Job[]; cursor?: string }>,
): Promise<ReadJobs<Job>> {
  const jobs: Job[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await read(max - jobs.length, cursor);
    jobs.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) return { jobs, readFrom: BEGINNING, more: false };
    if (jobs.length >= max) break;
  }
  // After the last one that was read: another of the same second may be among those left.
  const last = jobs.at(-1)?.requestedAt;
  const readFrom = last === undefined ? NOTHING_READ : new Date(Date.parse(last) + 1_000).toISOString();
  return { jobs, readFrom, more: true };
}

/** No time is known to have been read. It sorts after any other. */
const NOTHING_READ = '9999-12-31T23:59:59.999Z';
