// functions/ledger/dynamo.ts fills the Ledger port with one DynamoDB table. How many requests each method makes is said
// where it is done: jobs.ts, queries.ts, coverages.ts, runs.ts.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RestoreJob } from '../restore/job.ts';
import type { ClusterCoverage, ProjectCoverage } from './coverage.ts';
import { Coverages } from './coverages.ts';
import { Jobs } from './jobs.ts';
import type { Annotating, Annotations, JobSummary, JobsQuery, Ledger, LedgerJob, Sighting } from './ledger.ts';
import { idBetween, jobsPage, runsPage } from './queries.ts';
import type { Run, RunPart } from './run.ts';
import { Runs } from './runs.ts';
import { TableClient } from './table-client.ts';

export interface DynamoLedgerOptions {
  tableName: string;
  /** @default one for this environment's region and credentials, or its AWS_ENDPOINT_URL */
  client?: DynamoDBClient;
  /** Days that runs are kept; jobs and coverage are kept for good. @default 90 */
  runRetentionDays?: number;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
}

/** @throws LedgerError from every method; CursorError and RangeError from lists */
export class DynamoLedger implements Ledger {
  readonly #table: TableClient;
  readonly #jobs: Jobs;
  readonly #coverages: Coverages;
  readonly #runs: Runs;
  readonly #runRetentionDays: number;
  readonly #now: () => number;

  constructor({ tableName, client, runRetentionDays = 90, now = Date.now }: DynamoLedgerOptions) {
    this.#table = new TableClient(tableName, client);
    this.#jobs = new Jobs(this.#table);
    this.#coverages = new Coverages(this.#table);
    this.#runs = new Runs(this.#table, runRetentionDays, now);
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
  job = (jobId: string) => this.#jobs.job(jobId);
  jobs = (query: JobsQuery) => jobsPage(this.#table, query, this.#now());

  coverage = (projectId: string) => this.#coverages.get(projectId);
  saveCoverage = (
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ) => this.#coverages.save(projectId, next, read);
  coverages = () => this.#coverages.all();
  archiveCluster = (projectId: string, cluster: ClusterCoverage) => this.#coverages.archive(projectId, cluster);
  archivedClusters = (projectId: string) => this.#coverages.archived(projectId);

  startRun = (run: Run) => this.#runs.start(run);
  planRun = (runId: string, projects: number, failures: Run['failures']) => this.#runs.plan(runId, projects, failures);
  finishPart = (runId: string, part: RunPart) => this.#runs.finishPart(runId, part);
  run = (runId: string) => this.#runs.get(runId);
  runs = (query: { limit?: number; cursor?: string } = {}) =>
    runsPage(this.#table, query, this.#now(), this.#runRetentionDays);
}
