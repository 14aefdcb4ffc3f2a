// functions/ledger/repositories/queries.ts: pages of jobs and of runs. Every index is in the order of ids, so a page can continue from an
// id alone, whichever index it came from.

import { defined } from '../../platform/defined.ts';
import { FIRST_ID, LAST_ID, lowestIdAt, requestedAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import { type DayPeriod, type KeptJobs, keptJobs } from '../days/kept-jobs.ts';
import type { PackedJob } from '../days/packed-jobs.ts';
import { entryFit, type IdRange, idRange, tableFilter } from '../filter/entry-fit.ts';
import { indexedFit, unindexedFit } from '../filter/jobs-filter.ts';
import { projectsOwned } from '../hub/owned.ts';
import type { DayCounts } from '../model/day-counts.ts';
import type { JobSummary, JobsFilter, JobsQuery, Page } from '../model/ledger.ts';
import type { Run } from '../model/run.ts';
import { FINDING_RULES, INDEXED_JOB_FIELDS, type IndexedJob, JOB_SUMMARY_FIELDS } from '../model/table.ts';
import { cursorAt, cursorPosition } from '../table/cursor.ts';
import { type Item, jobSummary, pick } from '../table/job-item.ts';
import { clusterPartition, jobKey, projectPk } from '../table/keys.ts';
import { fitsFilter, itemsAt, type Table } from '../table/table-port.ts';
import {
  type Budget,
  feedScan,
  type IndexScan,
  type IndexScanQuery,
  idPast,
  partitionScan,
  readPage,
  type ScanPage,
  type SortOrder,
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
export const SHOWN = [...JOB_SUMMARY_FIELDS, FINDING_RULES];

/**
 * Requests: 1 batch read for each 100 jobs of a page that comes from an index, and 1 query where it fills from a cluster, a project, one status, or this month's feed; 1 a status where two
 * or three are merged; for the feed 1 a month further back, and 7 to find the next job behind an empty month, or the
 * oldest where `asc` has no `since`. A filter by what no index carries reads up to 1,000 jobs from the table, 100 at a time. In a hub, the
 * jobs of an account or organization: 1 read and 1 query, and 1 query for each of its projects, of up to 100; of more, as by what no index carries.
 * @throws CursorError
 * @throws RangeError for dates that aren't, and a cluster without its project
 */
export async function jobsPage(
  table: Table,
  { limit, ...query }: JobsQuery,
  now: number,
  budget = pageBudget(),
): Promise<Page<JobSummary>> {
  const max = limitOf(limit);
  const { items, ...cursors } = await pageOf(query, (asked) => readJobs(table, asked, { now, max, budget }));
  return { items: items.map(jobSummary), ...cursors };
}

/** A job as an index knows it, or more of it; of its findings, at least what is counted. */
export type SeenJob = PackedJob & Omit<Partial<JobSummary>, 'findings'>;

export interface LookedAt<Job = SeenJob> {
  items: Job[];
  /** There are more jobs, and they were not looked at: those requested before this moment, or after it where the order is `asc`. */
  reachedAt?: string;
}

export interface LookedAtDays extends LookedAt {
  /** By day; of days that somebody writes to, only where their jobs are among `items`. */
  counts: Map<string, DayCounts>;
}

/**
 * The jobs of an answer that sums up, or sorts. Requests: of all projects, and up to 400 days or all, those of `keptJobs`; of others 1 query for each 1,000 jobs that it looks at; of whole jobs, 1 batch read for each 100 more.
 * @param most jobs that it looks at, or the whole days that hold as many @throws as `jobsPage`
 */
export async function lookAtJobs(
  table: Table,
  query: JobsFilter & Pick<JobsQuery, 'order'>,
  { most, whole }: { most: number; whole: boolean },
  now: number,
): Promise<LookedAt> {
  const days = daysLookedAt(query, now);
  const kept = days && (await keptJobs(table, days, { most }));
  if (kept) {
    const until = query.until ?? new Date(now + SKEW_MS).toISOString();
    const jobs = kept.jobs.filter(entryFit({ ...query, until }));
    return whole
      ? wholeJobs(table, { ...kept, jobs }, query, most)
      : defined({ items: jobs.map(jobSummary), reachedAt: kept.reachedAt });
  }
  const budget = { queries: PAGE_QUERIES + Math.ceil(most / 500), items: most };
  const how = { now, max: Number.POSITIVE_INFINITY, budget, most };
  const { items, nextId } = await (whole ? readJobs : readEntries)(table, query, how);
  return defined({ items: items.map(jobSummary), reachedAt: nextId && requestedAt(nextId) });
}

/** As `lookAtJobs` of whole jobs, of all. */
export async function newestJobs(table: Table, most: number, now: number): Promise<LookedAt<JobSummary>> {
  const query = { until: new Date(now + SKEW_MS).toISOString() };
  const kept = await keptJobs(table, { last: dayAt(now + SKEW_MS) }, { most });
  if (kept) return wholeJobs(table, { ...kept, jobs: kept.jobs.filter(entryFit(query)) }, query, most);
  const budget = { queries: PAGE_QUERIES + Math.ceil(most / 500), items: Math.max(PAGE_ITEMS, most) };
  const { items, nextId } = await readJobs(table, {}, { now, max: most, budget, most });
  return defined({ items: items.map(jobSummary), reachedAt: nextId && requestedAt(nextId) });
}

/** @param period of whole days, at most 400 @returns nothing where too few of the days are kept */
export async function lookAtKeptDays(
  table: Table,
  period: { since: string; until: string },
  most: number,
  now: number,
): Promise<LookedAtDays | undefined> {
  const days = daysLookedAt(period, now);
  const kept = days && (await keptJobs(table, days, { most, isCounted: true }));
  if (!kept) return undefined;
  const { jobs, ...about } = kept;
  return { ...about, items: jobs.filter(entryFit(period)).map(jobSummary) };
}

/** So many days are in as many items as four batch reads hold. */
const MAX_DAYS = 400;
const DAY_MS = 86_400_000;
const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The days of a query whose jobs are best found by day. Nothing where a partition of an index holds little but what is asked for. */
function daysLookedAt(query: JobsFilter & Pick<JobsQuery, 'order'>, now: number): DayPeriod | undefined {
  const { since, until, order = 'desc', projectId, accountId, organizationId, statuses = [] } = query;
  const isApart = [projectId, accountId, organizationId].some((one) => one !== undefined);
  if (isApart || order !== 'desc') return undefined;
  if (statuses.length > 0 && statuses.length <= MERGED_STATUSES) return undefined;
  const end = until === undefined ? now + SKEW_MS : Date.parse(until) - 1;
  const begin = since === undefined ? undefined : Date.parse(since);
  // Dates that are none are refused where they become ids.
  if (!(begin === undefined || (begin <= end && end - begin <= MAX_DAYS * DAY_MS)) || Number.isNaN(end))
    return undefined;
  return { first: begin === undefined ? undefined : dayAt(begin), last: dayAt(end) };
}

/** The first `most` of these, as the table has them, if they fit still. Requests: 1 batch read for each 100. */
async function wholeJobs(
  table: Table,
  { jobs, reachedAt }: KeptJobs,
  query: JobsFilter,
  most: number,
): Promise<LookedAt<JobSummary>> {
  const [fits, unindexed] = [entryFit(query), unindexedFit(query)];
  const keys = jobs.slice(0, most).map(({ projectId, jobId }) => jobKey(String(projectId), String(jobId)));
  const items = (await itemsAt(table, keys, SHOWN)).filter(fits).map(jobSummary);
  const next = jobs[most];
  return defined({
    items: unindexed ? items.filter(unindexed) : items,
    reachedAt: next ? requestedAt(String(next.jobId)) : reachedAt,
  });
}

export async function jobsAt(
  table: Table,
  jobs: readonly { projectId: string; jobId: string }[],
): Promise<JobSummary[]> {
  const keys = jobs.map(({ projectId, jobId }) => jobKey(projectId, jobId));
  return (await itemsAt(table, keys, SHOWN)).map(jobSummary);
}

/** As `jobsPage`, but what the indexes carry alone. Requests: 1 query a MB of an index, some 1,500 jobs. @param limit of any size */
export async function indexedJobsPage(
  table: Table,
  { limit, ...query }: JobsQuery & { limit: number },
  now: number,
): Promise<Page<IndexedJob>> {
  const budget = { queries: PAGE_QUERIES, items: Math.max(PAGE_ITEMS, limit + 1) };
  const { items, ...cursors } = await pageOf(query, (asked) => readEntries(table, asked, { now, max: limit, budget }));
  return { items: items.map((item) => pick<IndexedJob>(item, INDEXED_JOB_FIELDS)), ...cursors };
}

/** A query of ids: its cursors are read. */
interface IdQuery extends JobsFilter {
  order?: SortOrder;
  /** The first id that the answer may hold. */
  from?: string;
}

interface Reading {
  now: number;
  max: number;
  budget: Budget;
  /** Candidates that are read from the table, where what is asked for is known there alone. @default 1,000 */
  most?: number;
}

/** A page and its cursors. Its identity is all that is asked for, so that no other query takes them. */
async function pageOf(
  { order = 'desc', cursor, before, ages, ...filter }: Omit<JobsQuery, 'limit'>,
  read: (query: IdQuery) => Promise<ScanPage>,
): Promise<Page<Item>> {
  const identity = identityOf(defined({ order, ages, ...filter }));
  const at = (id: string | undefined) => (id === undefined ? undefined : cursorAt(id, identity));
  if (before === undefined) {
    const from = cursor === undefined ? undefined : cursorPosition(cursor, identity);
    const { items, nextId } = await read(defined({ ...filter, order, from }));
    return defined({ items, cursor: at(nextId), previous: from && at(idPast(from, opposite(order))) });
  }
  // The same list from its other end: what comes next there is the page before.
  const from = cursorPosition(before, identity);
  const { items, nextId } = await read({ ...filter, order: opposite(order), from });
  return defined({ items: items.toReversed(), cursor: at(idPast(from, order)), previous: at(nextId) });
}

function identityOf({ order = 'desc', ages, tagged, ...filter }: Omit<JobsQuery, 'limit' | 'cursor' | 'before'>) {
  const statuses = STATUSES.filter((status) => filter.statuses?.includes(status));
  return { jobs: order, ...filter, ...ages, ...identityOfTagged(tagged), statuses };
}

/** Of which others it is not known changes nothing of what the pages hold. */
export const identityOfTagged = (tagged: JobsFilter['tagged']) => tagged && { tagged: tagged.clusters };

const opposite = (order: SortOrder): SortOrder => (order === 'asc' ? 'desc' : 'asc');

/** The newest jobs, as an index has them. Requests: those of `jobsPage`, without its batch reads. @param period ISO 8601 */
export const newestEntries = (
  table: Table,
  period: Pick<JobsFilter, 'since' | 'until'>,
  max: number,
  now: number,
): Promise<ScanPage> => readEntries(table, period, { now, max, budget: pageBudget() });

/** Where the page of all jobs goes on. @param nextId the first id that its next page may hold */
export const cursorOfAll = (nextId: string) => cursorAt(nextId, identityOf({}));

/** Candidates that are read from the table at once. */
const BATCH = 100;
const MAX_CANDIDATES = 1_000;

/** Jobs as the table has them. */
async function readJobs(table: Table, query: IdQuery, reading: Reading): Promise<ScanPage> {
  const { max, budget, most = MAX_CANDIDATES } = reading;
  const owned = await ownedProjects(table, query);
  budget.queries += owned?.length ?? 0;
  const { scans, base, isWhole, fits } = scansOf(table, query, reading.now, owned);
  const unindexed = unindexedFit(query);
  // A project's jobs are whole where they are found, so all is asked there.
  const isSought = unindexed !== undefined && !isWhole;
  const jobs: Item[] = [];
  for (let left = most; ; left -= BATCH) {
    const page = await readPage(scans, base, isSought ? BATCH : max, budget);
    // An index follows the table by a moment: what has changed since is listed as it is, or not at all.
    const items = isWhole ? page.items : (await itemsAt(table, page.items, SHOWN)).filter(fits);
    for (const item of items) {
      if (unindexed && !unindexed(jobSummary(item))) continue;
      if (jobs.length === max) return { items: jobs, nextId: String(item.jobId) };
      jobs.push(item);
    }
    const isSpent = budget.queries <= 0 || budget.items <= 0 || left <= BATCH;
    if (page.nextId === undefined) return { items: jobs };
    if (!isSought || isSpent || jobs.length === max) return { items: jobs, nextId: page.nextId };
  }
}

/** More projects than these of an account, or organization, are many of all: a list over all projects finds its jobs soon. */
const MERGED_PROJECTS = 100;

/** Where a hub has the jobs of an account, or of an organization. Undefined where it isn't asked for, or has too many. */
async function ownedProjects(
  table: Table,
  { projectId, accountId, organizationId }: JobsFilter,
): Promise<string[] | undefined> {
  const by = accountId ?? organizationId;
  return by === undefined || projectId !== undefined ? undefined : projectsOwned(table, by, MERGED_PROJECTS);
}

/** Jobs as the index has them that they are found in. @throws RangeError where that doesn't carry what is asked for */
async function readEntries(table: Table, query: IdQuery, { now, max, budget }: Reading): Promise<ScanPage> {
  if (unindexedFit(query)) throw new RangeError('no index carries what this filter asks for');
  const { scans, base } = scansOf(table, query, now);
  return readPage(scans, base, max, budget);
}

interface Scans {
  scans: IndexScan[];
  base: IndexScanQuery;
  /** Whether they are of the table itself. */
  isWhole: boolean;
  /** Whether a job is what they were asked for. */
  fits(item: Item): boolean;
}

/** Where the jobs of a query are found; nowhere, for a period that is empty. @param owned the projects of its account or organization */
function scansOf(table: Table, query: IdQuery, now: number, owned?: readonly string[]): Scans {
  const { projectId, clusterName, since, until, order = 'desc', from } = query;
  if (clusterName !== undefined && projectId === undefined) {
    throw new RangeError('a cluster name needs the id of its project: names are unique in a project only');
  }
  const isWhole = owned !== undefined || (projectId !== undefined && clusterName === undefined);
  const indexed = indexedFit(query);
  const unindexed = isWhole ? unindexedFit(query) : undefined;
  const fit = [indexed, unindexed].filter((one) => one !== undefined);
  const fitsAll = (item: Item) => fit.every((one) => one(jobSummary(item)));
  const base: IndexScanQuery = defined({ order, id: 'jobId', fits: fit.length > 0 ? fitsAll : undefined });
  const asked = tableFilter(query);
  const filtered = { ...base, ...asked };
  const fits = (item: Item) => fitsFilter(asked)(item) && fitsAll(item);
  const range = pageRange(idRange(since, until), order, from);
  const of = (scans: IndexScan[]): Scans => ({ scans, base, isWhole, fits });
  if (!range) return of([]);

  if (projectId !== undefined && clusterName !== undefined) {
    const partition = clusterPartition(projectId, clusterName);
    return of([partitionScan(table, { ...filtered, index: 'byCluster' }, range, partition)]);
  }
  // The table itself: its items carry `atlas` and the history, which are read, and paid for, but not sent.
  if (projectId !== undefined) {
    return of([partitionScan(table, { ...filtered, fields: SHOWN }, range, projectPk(projectId))]);
  }
  const { status: statuses = [], ...others } = asked.filter;
  if (!owned && statuses.length > 0 && statuses.length <= MERGED_STATUSES) {
    const merged: IndexScanQuery = { ...filtered, filter: others, index: 'byStatus' };
    return of(statuses.map((status) => partitionScan(table, merged, range, status)));
  }
  const highest = until === undefined ? lowestIdAt(new Date(now + SKEW_MS)) : LAST_ID;
  const horizon = within(range, { lowest: FIRST_ID, highest });
  if (horizon.lowest > horizon.highest) return of([]);
  if (owned) {
    const share: IndexScanQuery = { ...filtered, fields: SHOWN, among: owned.length };
    return of(owned.map((one) => partitionScan(table, share, horizon, projectPk(one))));
  }
  const isLost = order === 'asc' && since === undefined && from === undefined;
  return of([feedScan(table, { ...filtered, index: 'feed' }, horizon, 'JOBS', isLost)]);
}

/** Requests: 1 query a month, and 1 batch read for each 100 runs; no further back than runs are kept. @throws CursorError */
export async function runsPage(table: Table, query: RunsQuery, now: number, retentionDays: number): Promise<Page<Run>> {
  const { items, cursor } = await runEntries(table, query, now, retentionDays);
  return defined({ items: (await itemsAt(table, items)).map(runOf), cursor });
}

export interface RunsQuery {
  limit?: number;
  cursor?: string;
}

/** As `runsPage`, but where the runs are. @param months that it looks for them in, at most @default all in which runs are kept */
export async function runEntries(
  table: Table,
  query: RunsQuery,
  now: number,
  retentionDays: number,
  months = PAGE_QUERIES,
): Promise<ScanPage & Pick<Page<Item>, 'cursor'>> {
  const identity = { runs: 'desc' };
  // An expired run may stay for some days until DynamoDB removes it; it isn't promised any more.
  const kept = {
    lowest: lowestIdAt(new Date(now - retentionDays * 86_400_000)),
    highest: lowestIdAt(new Date(now + SKEW_MS)),
  };
  const from = query.cursor === undefined ? undefined : cursorPosition(query.cursor, identity);
  const range = pageRange(kept, 'desc', from);
  if (!range) return { items: [] };
  const runs: IndexScanQuery = { order: 'desc', id: 'runId', index: 'feed' };
  const budget = { ...pageBudget(), queries: months };
  const { items, nextId } = await readPage([feedScan(table, runs, range, 'RUNS')], runs, limitOf(query.limit), budget);
  return defined({ items, nextId, cursor: nextId && cursorAt(nextId, identity) });
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

/** What is left for this page and those after it. @param from the first id that it may hold */
function pageRange(range: IdRange | undefined, order: SortOrder, from: string | undefined): IdRange | undefined {
  if (!range) return undefined;
  const left = {
    lowest: from !== undefined && order === 'asc' && from > range.lowest ? from : range.lowest,
    highest: from !== undefined && order === 'desc' && from < range.highest ? from : range.highest,
  };
  return left.lowest <= left.highest ? left : undefined;
}
