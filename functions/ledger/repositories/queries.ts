// functions/ledger/repositories/queries.ts: pages of jobs and of runs. Every index is in the order of ids, so a page can continue from an
// id alone, whichever index it came from.

import { defined } from '../../platform/defined.ts';
import { FIRST_ID, idBefore, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import type { JobSummary, JobsQuery, Page } from '../model/ledger.ts';
import type { Run } from '../model/run.ts';
import {
  FINDING_RULES,
  INDEXED_JOB_FIELDS,
  type IndexedJob,
  type IndexField,
  JOB_SUMMARY_FIELDS,
} from '../model/table.ts';
import { type Item, jobSummary, pick } from '../table/job-item.ts';
import { clusterPartition, projectPk } from '../table/keys.ts';
import { fitsFilter, itemsAt, type Table } from '../table/table-port.ts';
import { cursorAt, cursorPosition } from './cursor.ts';
import {
  type Budget,
  feedScan,
  type IdRange,
  type IndexScan,
  type IndexScanQuery,
  partitionScan,
  readPage,
  within,
} from './index-scan.ts';
import { runOf } from './run-repository.ts';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
/** What one page may read; then it ends with what it has, and a cursor. A last reading may go over by less than its own size. */
export const PAGE_QUERIES = 24;
export const PAGE_ITEMS = 2_000;
const pageBudget = (): Budget => ({ queries: PAGE_QUERIES, items: PAGE_ITEMS });
/** With more statuses than this, filtering the feed is cheaper than merging them. */
const MERGED_STATUSES = 3;
/** How far Atlas's clock may be ahead of ours. The feed is read from here downwards, and holds nothing later. */
const SKEW_MS = 10 * 60_000;
/** What a list reads of a job: what it shows, and what it is filtered by. */
const SHOWN = [...JOB_SUMMARY_FIELDS, FINDING_RULES];

/**
 * Requests: 1 batch read for each 100 jobs of a page that comes from an index, and 1 query where it fills from a cluster, a project, one status, or this month's feed; 1 a status where two
 * or three are merged; for the feed 1 a month further back, and 7 to find the next job behind an empty month, or the
 * oldest where `asc` has no `since`.
 * @throws CursorError
 * @throws RangeError for dates that aren't, and a cluster without its project
 */
export async function jobsPage(
  table: Table,
  query: JobsQuery,
  now: number,
  budget = pageBudget(),
): Promise<Page<JobSummary>> {
  const { limit, ...wanted } = query;
  const { accountId } = query;
  const { found, isWhole, filter, cursor } = await findJobs(table, wanted, { now, limit: limitOf(limit), budget });
  const items = isWhole ? found : await itemsAt(table, found, SHOWN);
  // An index follows the table by a moment: what has changed since is listed as it is, or not at all.
  const ofAccount = accountId === undefined ? {} : { filter: { accountId: [accountId] } };
  const fitting = items.filter(fitsFilter(filter)).filter(fitsFilter(ofAccount));
  return defined({ items: fitting.map(jobSummary), cursor });
}

/** As `jobsPage`, but what the indexes carry alone. Requests: 1 query a MB of an index, some 1,500 jobs. @param limit of any size */
export async function indexedJobsPage(
  table: Table,
  { limit, ...query }: Omit<JobsQuery, 'accountId'> & { limit: number },
  now: number,
): Promise<Page<IndexedJob>> {
  const budget = { queries: PAGE_QUERIES, items: Math.max(PAGE_ITEMS, limit + 1) };
  const { found, cursor } = await findJobs(table, query, { now, limit, budget });
  return defined({ items: found.map((item) => pick<IndexedJob>(item, INDEXED_JOB_FIELDS)), cursor });
}

interface FoundJobs {
  found: Item[];
  /** Whether they come from the table itself. */
  isWhole: boolean;
  /** What they were filtered by. */
  filter: IndexScanQuery;
  cursor?: string;
}

async function findJobs(
  table: Table,
  { order = 'desc', cursor, ...asked }: Omit<JobsQuery, 'limit'>,
  { now, limit, budget }: { now: number; limit: number; budget: Budget },
): Promise<FoundJobs> {
  const statuses = asked.statuses ? STATUSES.filter((status) => asked.statuses?.includes(status)) : [];
  // Whatever isn't named here is a field of the job that must have this value: no filter is left out.
  const { projectId, clusterName, statuses: _, since, until, finding, accountId: __, ...filter } = asked;
  if (clusterName !== undefined && projectId === undefined) {
    throw new RangeError('a cluster name needs the id of its project: names are unique in a project only');
  }
  const identity = { jobs: order, ...asked, statuses };
  const range = pageRange(idRange(since, until), order, cursor, identity);
  const base = defined({ order, id: 'jobId', holds: finding && { [FINDING_RULES]: finding } });
  const filtered = scanQuery(base, filter, statuses);
  const isWhole = projectId !== undefined && clusterName === undefined;
  const none = { found: [], isWhole, filter: filtered };
  if (!range) return none;

  let scans: IndexScan[];
  if (projectId !== undefined && clusterName !== undefined) {
    const partition = clusterPartition(projectId, clusterName);
    scans = [partitionScan(table, { ...filtered, index: 'byCluster' }, range, partition)];
  } else if (projectId !== undefined) {
    // The table itself: its items carry `atlas` and the history, which are read, and paid for, but not sent.
    scans = [partitionScan(table, { ...filtered, fields: SHOWN }, range, projectPk(projectId))];
  } else if (statuses.length > 0 && statuses.length <= MERGED_STATUSES) {
    const merged: IndexScanQuery = { ...scanQuery(base, filter, []), index: 'byStatus' };
    scans = statuses.map((status) => partitionScan(table, merged, range, status));
  } else {
    const highest = until === undefined ? lowestIdAt(new Date(now + SKEW_MS)) : LAST_ID;
    const horizon = within(range, { lowest: FIRST_ID, highest });
    if (horizon.lowest > horizon.highest) return none;
    const isLost = order === 'asc' && since === undefined && cursor === undefined;
    scans = [feedScan(table, { ...filtered, index: 'feed' }, horizon, 'JOBS', isLost)];
  }
  const { items: found, nextId } = await readPage(scans, base, limit, budget);
  return defined({ ...none, found, cursor: nextId && cursorAt(nextId, identity) });
}

/** Requests: 1 query a month, and 1 batch read for each 100 runs; no further back than runs are kept. @throws CursorError */
export async function runsPage(
  table: Table,
  query: { limit?: number; cursor?: string },
  now: number,
  retentionDays: number,
): Promise<Page<Run>> {
  const identity = { runs: 'desc' };
  // An expired run may stay for some days until DynamoDB removes it; it isn't promised any more.
  const kept = {
    lowest: lowestIdAt(new Date(now - retentionDays * 86_400_000)),
    highest: lowestIdAt(new Date(now + SKEW_MS)),
  };
  const range = pageRange(kept, 'desc', query.cursor, identity);
  if (!range) return { items: [] };
  const runs: IndexScanQuery = { order: 'desc', id: 'runId', index: 'feed' };
  const found = await readPage([feedScan(table, runs, range, 'RUNS')], runs, limitOf(query.limit), pageBudget());
  const items = (await itemsAt(table, found.items)).map(runOf);
  return defined({ items, cursor: found.nextId && cursorAt(found.nextId, identity) });
}

/** @throws RangeError */
function limitOf(limit = DEFAULT_LIMIT): number {
  if (Number.isNaN(limit)) throw new RangeError('the limit is not a number');
  return Math.min(MAX_LIMIT, Math.max(1, Math.trunc(limit)));
}

/** The first and last id of a period; an empty one has its first after its last. @throws RangeError for an invalid date */
export function idBetween(since: string | undefined, until: string | undefined): readonly [string, string] {
  const { lowest, highest } = idRange(since, until) ?? { lowest: LAST_ID, highest: FIRST_ID };
  return [lowest, highest];
}

function idRange(since: string | undefined, until: string | undefined): IdRange | undefined {
  const highest = until === undefined ? LAST_ID : idBefore(lowestIdAt(until));
  return highest === undefined ? undefined : { lowest: since === undefined ? FIRST_ID : lowestIdAt(since), highest };
}

/** What is left for this page and those after it. */
function pageRange(
  range: IdRange | undefined,
  order: 'asc' | 'desc',
  cursor: string | undefined,
  identity: object,
): IdRange | undefined {
  const from = cursor === undefined ? undefined : cursorPosition(cursor, identity);
  if (!range) return undefined;
  const left = {
    lowest: from !== undefined && order === 'asc' && from > range.lowest ? from : range.lowest,
    highest: from !== undefined && order === 'desc' && from < range.highest ? from : range.highest,
  };
  return left.lowest <= left.highest ? left : undefined;
}

/** @param wanted values of fields of a job, and of nothing else: items without the field would never match */
function scanQuery<Name extends keyof JobSummary & IndexField>(
  base: Pick<IndexScanQuery, 'order' | 'id' | 'holds'>,
  wanted: { [name in Name]?: string },
  statuses: readonly string[],
): IndexScanQuery {
  const filter: Partial<Record<IndexField, readonly string[]>> = {};
  for (const [name, value] of Object.entries(wanted) as [Name, string | undefined][])
    if (value !== undefined) filter[name] = [value];
  if (statuses.length > 0 && statuses.length < STATUSES.length) filter.status = statuses;
  return { ...base, filter };
}
