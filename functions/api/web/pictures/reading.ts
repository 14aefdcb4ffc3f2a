// functions/api/web/pictures/reading.ts: the restores that pictures are made of: of the newest so many, and from when on that is all of them.
import type { JobSummary, JobsFilter, JobsQuery } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { type LookedAt, MAX_LIMIT } from '../../../ledger/repositories/queries.ts';
import { defined } from '../../../platform/defined.ts';
import { BEGINNING, type PicturedJob, type ReadJobs } from '../../../views/pictures/jobs.ts';

/** All of a cluster, of a project, or of the ledger. */
type Place = Pick<JobsQuery, 'projectId' | 'clusterName'>;

/** A page can be short, and go on all the same: that many pages are enough for `max` jobs that lie close together. */
const MAX_PAGES = 10;

/** Requests: 1 query, and 2 batch reads, for each 200 jobs. @param max of the newest */
export async function readJobs(
  ledger: Pick<LedgerReader, 'jobs'>,
  place: Place,
  max: number,
): Promise<ReadJobs<JobSummary>> {
  const jobs: JobSummary[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const limit = Math.min(max - jobs.length, MAX_LIMIT);
    const page = await ledger.jobs({ ...place, ...defined({ limit, cursor }) });
    jobs.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) return { jobs, readFrom: BEGINNING, more: false };
    if (jobs.length >= max) break;
  }
  // Another of the same second as the last may be among those left.
  const last = jobs.at(-1)?.requestedAt;
  return { jobs, readFrom: last === undefined ? NOTHING_READ : secondAfter(last), more: true };
}

/** Those that a filter fits, among the newest `most` that it has to look at. Requests: those of `LedgerReader.lookAtJobs`. @param how.whole more than the indexes carry */
export const lookAt = async (
  ledger: Pick<LedgerReader, 'lookAtJobs'>,
  filter: JobsFilter,
  how: { most: number; whole: boolean },
): Promise<ReadJobs> => readOf(await ledger.lookAtJobs(filter, how));

export const readOf = <Job extends PicturedJob>({ items: jobs, reachedAt }: LookedAt<Job>): ReadJobs<Job> =>
  reachedAt === undefined
    ? { jobs, readFrom: BEGINNING, more: false }
    : { jobs, readFrom: secondAfter(reachedAt), more: true };

const secondAfter = (at: string) => new Date(Date.parse(at) + 1_000).toISOString();

/** No time is known to have been read. It sorts after any other. */
const NOTHING_READ = '9999-12-31T23:59:59.999Z';
