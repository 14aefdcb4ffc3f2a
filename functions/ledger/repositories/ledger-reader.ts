// functions/ledger/repositories/ledger-reader.ts: reads of the HTTP API beyond the port: numbered pages, and pages of projects.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { FIRST_ID, idAfter, idBefore, isObjectId, LAST_ID } from '../../restore/object-id.ts';
import type { Kind } from '../../schema/words.ts';
import { expectedById, expectedRestoreOf, expectedPage as queryExpected } from '../expected/items.ts';
import type { ClusterCoverage } from '../model/coverage.ts';
import type { ProjectFacts } from '../model/known-project.ts';
import type { JobSummary, JobsFilter, JobsQuery, Ledger, LedgerJob, Page } from '../model/ledger.ts';
import type { IndexedJob } from '../model/table.ts';
import { cursorAt, cursorPosition } from '../table/cursor.ts';
import { type Item, ledgerJob } from '../table/job-item.ts';
import { COVERAGE_FEED, clusterPartition, jobKey } from '../table/keys.ts';
import { everything, itemsAt, MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import { CoverageWriter } from '../totals/coverage-writer.ts';
import { archived } from './archive.ts';
import { type Overview, type OverviewQuery, readOverview } from './overview.ts';
import { COVERAGE_BATCH, ProjectRepository } from './project-repository.ts';
import {
  indexedJobsPage,
  jobsAt,
  type LookedAt,
  type LookedAtDays,
  lookAtJobs,
  lookAtKeptDays,
  newestJobs,
} from './queries.ts';
import { RUN_RETENTION_DAYS, type TableLedgerOptions, tableLedger, tableOf } from './table-ledger.ts';

export interface ClusterJobs {
  projectId: string;
  clusterName: string;
  kind: Kind;
}

/** A page by number, newest first. */
export interface NumberedPage {
  jobIds: string[];
  /** Whether there are jobs after the page. */
  more: boolean;
  /** Jobs seen up to the end of the page, or to the end of the list where it was counted. */
  seen: number;
  /** Absent unless requested, and past `COUNT_QUERIES`. */
  total?: number;
}

/** Everything that is known of a project and its clusters, those gone for long too. */
export interface ProjectRecord extends ProjectFacts {
  archived: ClusterCoverage[];
}

export interface LedgerReader extends Ledger {
  /**
   * All that the overview shows. Requests: as a rule 1 or 2 queries for its jobs, as many for the runs, and 2 batch reads; more where
   * somebody writes to old jobs, or for more than 50 jobs.
   * @throws LedgerError
   */
  overview(query: OverviewQuery): Promise<Overview>;
  /**
   * As `jobs`, but only what the indexes carry, and any `limit`. Requests: 1 query a MB of an index, some 1,500 jobs.
   * @throws as `jobs`, and RangeError where the indexes don't carry what the filter asks for
   */
  indexedJobs(query: JobsQuery & { limit: number }): Promise<Page<IndexedJob>>;
  /**
   * The jobs of an answer that sums up, or sorts: those among the first `most` that the filter fits. Without `whole`, only what the
   * indexes carry, and of findings what is counted. Requests: of all projects, and of up to 400 days, 1 batch read, and 1 for each 100 days; of
   * any time 1 query more; of a project or cluster, of up to three statuses, and where the days are not kept, 1 query for each 1,000 jobs
   * looked at. Of whole jobs, 1 batch read more for each 100.
   * @throws as `jobs`
   */
  lookAtJobs(query: JobsFilter & Pick<JobsQuery, 'order'>, how: { most: number; whole: boolean }): Promise<LookedAt>;
  /** Requests: those of `lookAtJobs` of whole jobs. */
  newestJobs(most: number): Promise<LookedAt<JobSummary>>;
  /**
   * The newest `most` jobs of whole days, without a filter, and how many each of the days has. Requests: 1 batch read, and 1 for each 100
   * days; where the days are not kept, those of `lookAtJobs` and of `dayCounts`.
   * @param period of at most 400 days
   */
  lookAtDays(period: { since: string; until: string }, days: readonly string[], most: number): Promise<LookedAtDays>;
  /** Those that are there, in their order. Requests: 1 batch read for each 100. */
  jobsAt(jobs: readonly { projectId: string; jobId: string }[]): Promise<JobSummary[]>;
  /** Requests: 1 read. */
  jobOf(projectId: string, jobId: string): Promise<LedgerJob | undefined>;
  /** Those that are there, in the order of `jobIds`. Requests: 1 batch read for each 100. */
  jobsOf(projectId: string, jobIds: readonly string[]): AsyncIterable<LedgerJob>;
  /**
   * Requests: 1 query a MB of the index, some 1,500 jobs: up to the end of the page, or of the list where `count` is set.
   * @throws PageOutOfReach
   */
  numberedPage(of: ClusterJobs, page: { skip: number; take: number; count: boolean }): Promise<NumberedPage>;
  /**
   * Every project on record, in the order of project ids. Requests: 1 query, and 1 batch read for each 25 projects that aren't in `held`.
   * @param query.held from a larger page of the same query, to save reads
   * @throws CursorError
   */
  projectPage(query: { limit: number; cursor?: string; held?: readonly ProjectFacts[] }): Promise<Page<ProjectFacts>>;
  /** Of those that are on record. Requests: those of `ProjectRepository.factsOf`; none for none. @param projectIds at most 50 */
  projectFacts(projectIds: readonly string[]): Promise<ProjectFacts[]>;
  /** Nothing where the ledger has no such project. Requests: 1 batch read, and 1 query a MB. */
  projectRecord(projectId: string): Promise<ProjectRecord | undefined>;
  /** Nothing where there is none. Requests: 1 query and 1 read. */
  expectedRestore(expectedRestoreId: string): Promise<ExpectedRestore | undefined>;
  /**
   * Announced restores, of a project or of all, those that end last first. Requests: 1 query, and of all 1 batch read for each 100.
   * @throws CursorError
   */
  expectedPage(query: { projectId?: string; limit: number; cursor?: string }): Promise<Page<ExpectedRestore>>;
  /** Names of all projects on record, by id; undefined where there are more than `max`. Requests: 1 query. */
  listedProjects(max: number): Promise<Map<string, string> | undefined>;
  /** Names of those on record, by id. Requests: 1 batch read for each 100. */
  projectNames(projectIds: Iterable<string>): Promise<Map<string, string>>;
}

/** More than this many queries lie before the page. */
export class PageOutOfReach extends Error {
  override readonly name = 'PageOutOfReach';
}

/** What one numbered page may read: 24 MB of the index, some 36,000 jobs of one cluster. */
export const COUNT_QUERIES = 24;

export function ledgerReader(options: TableLedgerOptions): LedgerReader {
  const table = tableOf(options);
  const { now = Date.now, runRetentionDays = RUN_RETENTION_DAYS } = options;
  const projects = new ProjectRepository(table, new CoverageWriter(table, now), now);

  const ledger = tableLedger({ ...options, table });
  return {
    ...ledger,
    newestJobs: (most) => newestJobs(table, most, now()),
    lookAtDays: async (period, days, most) => {
      const kept = await lookAtKeptDays(table, period, most, now());
      if (kept) return kept;
      const looking = lookAtJobs(table, period, { most, whole: false }, now());
      const [looked, counts] = await Promise.all([looking, ledger.dayCounts(days)]);
      return { ...looked, counts };
    },
    overview: (query) => readOverview(table, query, now(), runRetentionDays),
    jobOf: async (projectId, jobId) => {
      if (!isObjectId(projectId) || !isObjectId(jobId)) return undefined;
      const item = await table.get(jobKey(projectId, jobId));
      return item && ledgerJob(item);
    },
    indexedJobs: (query) => indexedJobsPage(table, query, now()),
    lookAtJobs: (query, how) => lookAtJobs(table, query, how, now()),
    jobsAt: (jobs) => jobsAt(table, jobs),
    jobsOf: (...args) => jobsOf(table, ...args),
    numberedPage: (...args) => numberedPage(table, ...args),
    projectPage: (query) => projectPage(table, projects, query),
    projectFacts: async (ids) => {
      const facts = ids.length === 0 ? [] : await projects.factsOf(ids);
      return facts.filter(({ known, coverage }) => known || coverage);
    },
    projectRecord: (projectId) => projectRecord(table, projects, projectId),
    expectedRestore: (id) => expectedById(table, id),
    expectedPage: (query) => expectedPage(table, query),
    listedProjects: (max) => listedProjects(table, max),
    projectNames: (ids) => projectNames(projects, ids),
  };
}

async function* jobsOf(table: Table, projectId: string, jobIds: readonly string[]): AsyncGenerator<LedgerJob> {
  for (const some of chunks(jobIds, MAX_BATCH_KEYS)) {
    const keys = some.map((jobId) => jobKey(projectId, jobId));
    // The index that named them may be ahead of a replica of the table.
    for (const item of await table.batchGet(keys, { consistent: true })) yield ledgerJob(item);
  }
}

async function numberedPage(
  table: Table,
  { projectId, clusterName, kind }: ClusterJobs,
  { skip, take, count }: { skip: number; take: number; count: boolean },
): Promise<NumberedPage> {
  const jobIds: string[] = [];
  let seen = 0;
  let after: Item | undefined;
  for (let queries = 1; ; queries++) {
    const range = {
      index: 'byCluster',
      partition: clusterPartition(projectId, clusterName),
      order: 'desc',
      filter: { kind: [kind] },
      fields: ['jobId'],
      // One more than the page, so that its end is known to be the list's.
      limit: count ? undefined : Math.max(25, skip + take + 1 - seen),
      after,
    } as const;
    const { items, last } = await table.query(defined(range));
    for (const { jobId } of items) {
      if (seen >= skip && seen < skip + take) jobIds.push(String(jobId));
      seen += 1;
    }
    const more = seen > skip + take;
    if (!last) return defined({ jobIds, more, seen, total: count ? seen : undefined });
    if (more && !count) return { jobIds, more, seen };
    if (queries === COUNT_QUERIES && !more) throw new PageOutOfReach(`jobs after the first ${seen} can't be numbered`);
    if (queries === COUNT_QUERIES) return { jobIds, more, seen };
    after = last;
  }
}

async function projectPage(
  table: Table,
  repository: ProjectRepository,
  { limit, cursor, held = [] }: { limit: number; cursor?: string; held?: readonly ProjectFacts[] },
): Promise<Page<ProjectFacts>> {
  const identity = { coverage: 'asc' };
  const from = cursor === undefined ? FIRST_ID : cursorPosition(cursor, identity);
  const { items, last } = await table.query({
    index: 'feed',
    partition: COVERAGE_FEED,
    between: [from, LAST_ID],
    fields: ['feedKey'],
    limit,
  });
  const projectIds = items.map(({ feedKey }) => String(feedKey));
  const facts = new Map(held.map((project) => [project.projectId, project]));
  const unread = projectIds.filter((projectId) => !facts.has(projectId));
  for (const some of chunks(unread, COVERAGE_BATCH)) {
    for (const project of await repository.factsOf(some)) facts.set(project.projectId, project);
  }
  const lastId = projectIds.at(-1);
  const nextId = last && lastId !== undefined ? idAfter(lastId) : undefined;
  const projects = projectIds.flatMap((projectId) => facts.get(projectId) ?? []);
  return defined({ items: projects, cursor: nextId && cursorAt(nextId, identity) });
}

async function expectedPage(
  table: Table,
  { projectId, limit, cursor }: { projectId?: string; limit: number; cursor?: string },
): Promise<Page<ExpectedRestore>> {
  const identity = { expected: projectId ?? null };
  const until = cursor === undefined ? LAST_ID : cursorPosition(cursor, identity);
  const { items, last } = await queryExpected(table, { projectId, until, limit });
  const whole = projectId === undefined ? await itemsAt(table, items) : items;
  const nextId = last && idBefore(String(last.sk));
  return defined({ items: whole.map(expectedRestoreOf), cursor: nextId && cursorAt(nextId, identity) });
}

async function projectRecord(
  table: Table,
  repository: ProjectRepository,
  projectId: string,
): Promise<ProjectRecord | undefined> {
  const [facts] = await repository.factsOf([projectId]);
  if (!facts?.known && !facts?.coverage) return undefined;
  const clusters: ClusterCoverage[] = [];
  for await (const cluster of archived(table, projectId)) clusters.push(cluster);
  return { ...facts, archived: clusters };
}

async function listedProjects(table: Table, max: number): Promise<Map<string, string> | undefined> {
  const names = new Map<string, string>();
  const range = {
    index: 'feed',
    partition: COVERAGE_FEED,
    fields: ['feedKey', 'projectName'],
    limit: max + 1,
  } as const;
  for await (const { feedKey, projectName = feedKey } of everything(table, range)) {
    if (names.size === max) return undefined;
    names.set(String(feedKey), String(projectName));
  }
  return names;
}

async function projectNames(projects: ProjectRepository, ids: Iterable<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const some of chunks([...ids], MAX_BATCH_KEYS)) {
    for (const { projectId, projectName } of await projects.some(some)) names.set(projectId, projectName);
  }
  return names;
}
