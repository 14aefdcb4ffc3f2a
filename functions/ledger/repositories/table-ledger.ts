// functions/ledger/repositories/table-ledger.ts: the Ledger port over one table. The repositories have the requests of each method.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defined } from '../../platform/defined.ts';
import { isAnnotatedSince } from '../days/annotated-days.ts';
import { DayMarker } from '../days/day-marker.ts';
import { DayRepository } from '../days/day-repository.ts';
import { daysWritten, jobDigests } from '../days/job-digests.ts';
import { olderJobsOf } from '../days/older-jobs.ts';
import { expectedSince, saveExpected } from '../expected/items.ts';
import type { Ledger } from '../model/ledger.ts';
import { DynamoTable } from '../table/dynamo-table.ts';
import { OLDER_JOBS_KEY } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { CoverageWriter } from '../totals/coverage-writer.ts';
import { TotalsRepository } from '../totals/totals-repository.ts';
import { readVerdicts } from '../verdicts/read-verdicts.ts';
import { archive, archived } from './archive.ts';
import { census, countListed, countRevisions, listedJobs, projectsInTable, recordedJobs } from './census.ts';
import { CoverageRepository } from './coverage-repository.ts';
import { JobRepository } from './job-repository.ts';
import { ProjectRepository } from './project-repository.ts';
import { idBetween, jobsPage, runsPage } from './queries.ts';
import { RunRepository } from './run-repository.ts';
import { ScopeRepository } from './scope-repository.ts';

export const RUN_RETENTION_DAYS = 90;

/** Any table, or a DynamoDB table by its name. */
export type TableLedgerOptions = LedgerOptions & ({ table: Table } | DynamoTableOptions);

interface DynamoTableOptions {
  tableName: string;
  /** @default one for this environment's region and credentials, or its AWS_ENDPOINT_URL */
  client?: DynamoDBClient;
}

interface LedgerOptions {
  /** Days that runs are kept; jobs and coverage are kept for good. @default 90 */
  runRetentionDays?: number;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/** @throws LedgerError from every method; CursorError and RangeError from lists */
export function tableLedger(options: TableLedgerOptions): Ledger {
  const { runRetentionDays = RUN_RETENTION_DAYS, now = Date.now } = options;
  const table = tableOf(options);
  const marker = new DayMarker(table, now);
  const jobs = new JobRepository(table, marker);
  const days = new DayRepository(table, now);
  const writer = new CoverageWriter(table, now);
  const projects = new ProjectRepository(table, writer, now);
  const coverages = new CoverageRepository(table, projects, writer, now);
  const totals = new TotalsRepository(table, now);
  const scope = new ScopeRepository(table);
  const runs = new RunRepository(table, runRetentionDays, now);
  return {
    ...defined({ parallelWrites: table.parallelWrites }),
    record: (...args) => jobs.record(...args),
    annotate: (projectId, jobId, ...args) => jobs.annotate({ projectId, jobId }, ...args),
    markVanished: (projectId, jobId, sighting) => jobs.markVanished({ projectId, jobId }, sighting),
    known: (projectId) => jobs.known(projectId),
    lookUp: (projectId, jobIds) => jobs.lookUp(projectId, jobIds),
    projectJobs: (projectId, { since, until } = {}) => jobs.ofProject(projectId, idBetween(since, until)),
    countJobs: (projectId) => jobs.count(projectId),
    countRevisions: (projectId) => countRevisions(table, projectId),
    isAnnotatedSince: (...args) => isAnnotatedSince(table, ...args),
    recordedJobs: (projectId) => recordedJobs(table, projectId),
    projectsInTable: () => projectsInTable(table),
    listedJobs: () => listedJobs(table),
    census: (...args) => census(table, ...args),
    countListed: (...args) => countListed(table, ...args),
    job: (jobId) => jobs.job(jobId),
    jobs: (query) => jobsPage(table, query, now()),

    markDays: (jobIds) => marker.mark(jobIds),
    markDaysAgain: () => marker.markAgain(),
    countDays: (...args) => days.count(...args),
    dayCounts: (of) => days.counts(of),
    dayJobDigests: (of) => jobDigests(table, of),
    daysWritten: () => daysWritten(table),
    olderJobs: async () => olderJobsOf(await table.get(OLDER_JOBS_KEY), now()),

    verdicts: async (projectId, asked) => {
      const found = await readVerdicts(
        table,
        asked.map((one) => ({ ...one, projectId })),
      );
      return found.get(projectId) ?? new Map();
    },
    coverage: (projectId) => coverages.get(projectId),
    saveCoverage: (...args) => coverages.save(...args),
    projects: () => projects.facts(),
    coverageWritten: () => writer.done(),
    coverageTotals: () => totals.get(),
    saveCoverageTotals: async (count) => {
      const { spokes, projectIds } = (await scope.get()) ?? {};
      // Who writes to a hub doesn't say so: its coverage is read each time.
      if (spokes === undefined) await totals.save(async () => count(projects.recordedFacts(projectIds)));
    },
    coverages: () => coverages.all(),
    archiveCluster: (...args) => archive(table, ...args),
    archivedClusters: (projectId) => archived(table, projectId),

    expectedRestores: (...args) => expectedSince(table, ...args),
    saveExpectedRestore: (...args) => saveExpected(table, ...args),

    knownProject: (projectId) => projects.get(projectId),
    knownProjects: () => projects.all(),
    saveKnownProject: (...args) => projects.save(...args),
    scope: () => scope.get(),
    saveScope: (...args) => scope.save(...args),

    startRun: (run, maker) => runs.start(run, maker),
    recordPlan: async (runId, planned) => {
      await days.begin(); // before there are new jobs, whose days are marked as they are written
      await writer.done(); // what is known of the projects is written by now
      await runs.recordPlan(runId, planned);
    },
    planRun: (...args) => runs.plan(...args),
    finishPart: (runId, part) => runs.finishPart(runId, part),
    run: (runId) => runs.get(runId),
    unfinishedRuns: (since) => runs.unfinished(since),
    endRun: (runId, failure) => runs.end(runId, failure),
    runs: (query) => runsPage(table, query, now(), runRetentionDays),
  };
}

export const tableOf = (options: TableLedgerOptions): Table =>
  'table' in options ? options.table : new DynamoTable(options.tableName, options.client);
