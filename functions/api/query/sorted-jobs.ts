// functions/api/query/sorted-jobs.ts: restore jobs in the order of another field than the time of their request, which no index has: all that fit are read, if they are not too many.
import { unindexedFit } from '../../ledger/filter/jobs-filter.ts';
import { CursorError, type JobSummary, type JobsQuery, type Page } from '../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { DEFAULT_LIMIT, identityOfTagged, type SeenJob } from '../../ledger/repositories/queries.ts';
import { cursorAt, cursorPosition } from '../../ledger/table/cursor.ts';
import { defined } from '../../platform/defined.ts';
import type { Parameter } from '../http/parameters.ts';
import { badParameter } from '../http/problem.ts';

/** What an index carries, so that sorting reads no whole jobs. */
export const SORT_FIELDS = [
  ...(['requestedAt', 'finishedAt', 'durationSeconds', 'status', 'kind', 'delivery'] as const),
  ...(['projectName', 'clusterName', 'targetClusterName'] as const),
] as const satisfies readonly (keyof SeenJob)[];
export type SortField = (typeof SORT_FIELDS)[number];

export interface Sort {
  by: SortField;
  descending: boolean;
}

export const SORT: Parameter<Sort> = {
  read: (value) => {
    const [, name, order] = /^(\w+)(?::(asc|desc))?$/.exec(value) ?? [];
    const by = SORT_FIELDS.find((each) => each === name);
    return by && { by, descending: order === 'desc' };
  },
  expected: `one of ${SORT_FIELDS.join(', ')}, or one with :desc`,
  schema: { type: 'string', pattern: `^(${SORT_FIELDS.join('|')})(:(asc|desc))?$` },
  description:
    'By this field, ascending, or with :desc descending; jobs without a value come last. All that fit are read, of 10,000 jobs at most, or 2,000 where a filter asks for a requester or an annotation.',
};

/** Jobs that are looked at for an order: by what an index carries, and by more than that. */
export const MAX_SORTED = 10_000;
export const MAX_SORTED_WHOLE = 2_000;

type SortReader = Pick<LedgerReader, 'jobs' | 'lookAtJobs' | 'jobsAt'>;

/**
 * A page in that order. Requests: 1 query for each 1,000 jobs that are looked at, and 1 batch read for each 100 of the page; with filters
 * by what no index carries, 1 for each 100 looked at. @throws RequestProblem where they are too many @throws CursorError
 */
export async function sortedJobs(ledger: SortReader, query: JobsQuery, sort: Sort): Promise<Page<JobSummary>> {
  if (sort.by === 'requestedAt') return ledger.jobs({ ...query, order: sort.descending ? 'desc' : 'asc' });
  const { limit = DEFAULT_LIMIT, cursor, before, ages, order: _, ...filter } = query;
  const whole = unindexedFit(filter) !== undefined;
  const most = whole ? MAX_SORTED_WHOLE : MAX_SORTED;
  const { items, reachedAt } = await ledger.lookAtJobs(filter, { most, whole });
  if (reachedAt !== undefined) {
    const advice = 'choose a shorter `period`, or a project or cluster';
    throw badParameter(
      'sort',
      `these restores are among more than the newest ${most}, too many to sort here: ${advice}`,
    );
  }
  const jobs = items.sort(comparing(sort));
  const identity = { sorted: sort, ...filter, ...ages, ...identityOfTagged(filter.tagged) };
  const at = (index: number) => {
    const job = jobs[index];
    return job && cursorAt(job.jobId, identity);
  };
  const end = before === undefined ? undefined : indexOf(jobs, cursorPosition(before, identity)) + 1;
  const start =
    end === undefined
      ? cursor === undefined
        ? 0
        : indexOf(jobs, cursorPosition(cursor, identity))
      : Math.max(0, end - limit);
  const next = end ?? start + limit;
  const page = await ledger.jobsAt(jobs.slice(start, next));
  return defined({ items: page, cursor: at(next), previous: start > 0 ? at(start - 1) : undefined });
}

function indexOf(jobs: readonly SeenJob[], jobId: string): number {
  const index = jobs.findIndex((job) => job.jobId === jobId);
  if (index >= 0) return index;
  throw new CursorError('the restore where this page begins no longer fits: start again without it');
}

const comparing =
  ({ by, descending }: Sort) =>
  (one: SeenJob, other: SeenJob): number => {
    const [a, b] = [one[by], other[by]];
    if (a === undefined || b === undefined)
      return Number(a === undefined) - Number(b === undefined) || byId(one, other);
    if (a === b) return byId(one, other);
    return (a < b ? -1 : 1) * (descending ? -1 : 1);
  };

/** Newest first. */
const byId = (one: SeenJob, other: SeenJob) => (one.jobId > other.jobId ? -1 : 1);
