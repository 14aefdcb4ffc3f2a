// functions/ledger/repositories/table-ledger.ts fills the Ledger port with one table of DynamoDB's kind. How many requests each method makes is said
// where it is done: jobs.ts, queries.ts, coverages.ts, known-projects.ts, scopes.ts, runs.ts.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RestoreJob } from '../../restore/job.ts';
import type { ProjectCoverage } from '../model/coverage.ts';
import type { KnownProject, Scope } from '../model/known-project.ts';
import type { Annotating, Annotations, JobSummary, JobsQuery, Ledger, LedgerJob, Sighting } from '../model/ledger.ts';
import type { ClusterFailure, PlannedProject, Run, RunPart } from '../model/run.ts';
import { DynamoTable } from '../table/dynamo-table.ts';
import type { Table } from '../table/table-port.ts';
import { CoverageRepository } from './coverage-repository.ts';
import { JobRepository } from './job-repository.ts';
import { ProjectRepository } from './project-repository.ts';
import { idBetween, jobsPage, runsPage } from './queries.ts';
import { RunRepository } from './run-repository.ts';
import { ScopeRepository } from './scope-repository.ts';

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
export class TableLedger implements Ledger {
  readonly #table: Table;
  readonly #jobs: JobRepository;
  readonly #coverages: CoverageRepository;
  readonly #known: ProjectRepository;
  readonly #scopes: ScopeRepository;
  readonly #runs: RunRepository;
  readonly #runRetentionDays: number;
  readonly #now: () => number;

  constructor(options: TableLedgerOptions) {
    const { runRetentionDays = 90, now = Date.now } = options;
    this.#table = tableOf(options);
    this.#jobs = new JobRepository(this.#table);
    this.#known = new ProjectRepository(this.#table);
    this.#coverages = new CoverageRepository(this.#table, this.#known, now);
    this.#scopes = new ScopeRepository(this.#table);
    this.#runs = new RunRepository(this.#table, runRetentionDays, now);
    this.#runRetentionDays = runRetentionDays;
    this.#now = now;
  }

  record = (job: RestoreJob, sighting: Sighting, known?: boolean, annotating?: Annotating) =>
    this.#jobs.record(job, sighting, known, annotating);
  annotate = (
    projectId: string,
    jobId: string,
    sighting: Sighting,
    annotate: (job: JobSummary) => Partial<Annotations>,
    read?: LedgerJob,
  ) => this.#jobs.annotate({ projectId, jobId }, sighting, annotate, read);
  markVanished = (projectId: string, jobId: string, sighting: Sighting) =>
    this.#jobs.markVanished({ projectId, jobId }, sighting);
  known = (projectId: string) => this.#jobs.known(projectId);
  lookUp = (projectId: string, jobIds: readonly string[]) => this.#jobs.lookUp(projectId, jobIds);
  projectJobs = (projectId: string, { since, until }: { since?: string; until?: string } = {}) =>
    this.#jobs.ofProject(projectId, idBetween(since, until));
  countJobs = (projectId: string) => this.#jobs.count(projectId);
  census = () => this.#jobs.census();
  job = (jobId: string) => this.#jobs.job(jobId);
  jobs = (query: JobsQuery) => jobsPage(this.#table, query, this.#now());

  coverage = (projectId: string) => this.#coverages.get(projectId);
  saveCoverage = (
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ) => this.#coverages.save(projectId, next, read);
  projects = () => this.#coverages.facts();
  coverages = () => this.#coverages.all();
  archiveCluster: Ledger['archiveCluster'] = (...args) => this.#coverages.archive(...args);
  archivedClusters = (projectId: string) => this.#coverages.archived(projectId);

  knownProject = (projectId: string) => this.#known.get(projectId);
  knownProjects = () => this.#known.all();
  saveKnownProject = (
    projectId: string,
    next: (stored: KnownProject | undefined) => KnownProject,
    read?: KnownProject,
  ) => this.#known.save(projectId, next, read);
  scope = () => this.#scopes.get();
  saveScope = (next: (stored: Scope | undefined) => Scope, read?: Scope) => this.#scopes.save(next, read);

  startRun = (run: Run, maker?: string) => this.#runs.start(run, maker);
  recordPlan = (runId: string, projects: readonly PlannedProject[]) => this.#runs.recordPlan(runId, projects);
  planRun = (runId: string, projects: number, failures: Run['failures'], startedAt?: string) =>
    this.#runs.plan(runId, projects, failures, startedAt);
  finishPart = (runId: string, part: RunPart) => this.#runs.finishPart(runId, part);
  run = (runId: string) => this.#runs.get(runId);
  unfinishedRuns = (since?: string) => this.#runs.unfinished(since);
  endRun = (runId: string, failure: ClusterFailure) => this.#runs.end(runId, failure);
  runs = (query: { limit?: number; cursor?: string } = {}) =>
    runsPage(this.#table, query, this.#now(), this.#runRetentionDays);
}

export const tableOf = (options: TableLedgerOptions): Table =>
  'table' in options ? options.table : new DynamoTable(options.tableName, options.client);
