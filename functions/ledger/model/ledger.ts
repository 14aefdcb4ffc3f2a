// functions/ledger/model/ledger.ts: the port to the durable record: jobs with their history, coverage, runs.

import type * as z from 'zod/mini';
import type { VerdictsAsked } from '../../restore/drills/judged.ts';
import type { Announcement, Claim, ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import type { RestoreJob } from '../../restore/job.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import type { change, job, jobWithHistory, tagsNotKnown } from '../../schema/job.ts';
import type {
  Delivery,
  DestinationPlace,
  Grade,
  Kind,
  NoRequester,
  Rule,
  Status,
  ValidationStatus,
} from '../../schema/words.ts';
import type { LetGo } from '../let-go/let-go.ts';
import type { ClusterCoverage, CoverageTotals, ProjectCoverage } from './coverage.ts';
import type { DayCounts, OlderJobs } from './day-counts.ts';
import type { KnownProject, ProjectFacts, Scope, VerdictsByCluster } from './known-project.ts';
import type { ClusterFailure, PlannedProject, Run, RunPart, RunRecord, UnfinishedRun } from './run.ts';
import type { InTable } from './uncounted.ts';

/** One entry of a job's history. */
export interface Change extends z.infer<typeof change> {}

/** What lists show of a job: everything but `atlas` and `changes`. */
export interface JobSummary extends z.infer<typeof job> {
  /** Stands for the recorded answer: equal fingerprints mean that nothing changed. */
  fingerprint: string;
}

export interface LedgerJob extends JobSummary, Omit<z.infer<typeof jobWithHistory>, keyof JobSummary> {}

export interface Sighting {
  runId: string;
  /** When the answer was requested. */
  observedAt: string;
  /** By the first reading of a list: what comes of it is news to the ledger, and mostly to nobody else. */
  firstReading?: true | undefined;
  /**
   * The time when an answer is compared with what is stored, which may be long after the request. A stored time later than that is
   * not trusted. Milliseconds since the epoch. @default every stored time is trusted
   */
  now?(): number;
  /** Of the answer that is recorded, where it is known. @default computed */
  fingerprint?: string;
  /** Whether a job is let go: one that is not in the table stays out of it. @default none is */
  isLetGo?: ((jobId: string) => boolean) | undefined;
}

/**
 * new: first sight. changed: a revision was added. progress: only progress counters changed, which adds no revision.
 * same: nothing to write. stale: the ledger already holds a later answer. let-go: the job is no longer to be in the ledger.
 */
export type Outcome = 'new' | 'changed' | 'progress' | 'same' | 'stale' | 'let-go';

export interface Recorded {
  outcome: Outcome;
  /** As the ledger holds it now, by whoever wrote it; without any field where it is let go. */
  job: JobSummary;
  /** The entry added, for `new` and `changed`. */
  change?: Change;
}

/** What a reading compares with. */
export const KNOWN_FIELDS = [
  'jobId',
  'clusterName',
  'kind',
  'status',
  'fingerprint',
  'firstSeenAt',
  'observedAt',
  'vanishedAt',
  'requester',
] as const satisfies readonly (keyof JobSummary)[];

export type KnownJob = Pick<JobSummary, (typeof KNOWN_FIELDS)[number]> & {
  /** The item is not what its history stands for: something else wrote to it. */
  altered?: true;
};

/** What the ledger itself adds to a job. */
export type Annotations = Pick<JobSummary, 'requester' | 'findings'> & {
  /** Null: it was not announced after all. */
  announcement?: Announcement | null;
};

/** What the ledger adds in the same write as an answer. */
export interface Annotating {
  /** For the first sight of a job. */
  requester?: Requester;
  /** The findings that a job should have, from the job as it is about to be stored, with those it had. Pure. @default those it had */
  assess?(job: JobSummary): readonly Finding[];
}

/** Clusters whose names fit a pattern, or those of whose projects do. */
export interface ClusterPattern {
  /** `project/cluster`, or one pattern for either name; * stands for any text, ? for one character. */
  pattern: string;
  /** The projects on record whose names fit: a job knows its target project by its id alone, and its own by the name it had. */
  projectIds: readonly string[];
}

export type TagsNotKnown = z.infer<typeof tagsNotKnown>;

/** The clusters of which a tag was asked for, as they were when it was. */
export interface TaggedClusters {
  /** Empty: none has it. */
  clusters: readonly { projectId: string; clusterName: string }[];
  /** Those that may have it, and are not among them. Absent: there are none. */
  notKnown?: TagsNotKnown;
}

/** Which jobs: all that is given must hold; of a list, one of its values. An empty list asks for nothing in particular. */
export interface JobsFilter {
  projectId?: string;
  /** Needs `projectId`. */
  clusterName?: string;
  projectIds?: readonly string[];
  /** What the backup is of. */
  sources?: readonly ClusterPattern[];
  /** What the backup is of, by tags. */
  tagged?: TaggedClusters;
  statuses?: readonly Status[];
  kinds?: readonly Kind[];
  deliveries?: readonly Delivery[];
  /** Rules: has a finding of one of them. */
  findings?: readonly Rule[];
  destinations?: readonly DestinationPlace[];
  targetProjectId?: string;
  targetClusterName?: string;
  /** Where the data goes. A download goes nowhere, whatever Atlas names. */
  targets?: readonly ClusterPattern[];
  snapshotId?: string;
  /** Finished at or after, and before. ISO 8601. */
  finishedSince?: string;
  finishedUntil?: string;
  /** Patterns for the name or the id of who requested it, whatever the grade. */
  requesters?: readonly string[];
  /** How sure the requester is, or why nobody is named. */
  grades?: readonly (Grade | NoRequester)[];
  /** What the restore was for, and its ticket, without case. */
  purposes?: readonly string[];
  tickets?: readonly string[];
  /** The result of checking the restored data. */
  validations?: readonly ValidationStatus[];
  /** Whether somebody announced it; false: nobody did, as far as is known. */
  announced?: boolean;
  /** Of the announcement that it came for. */
  expectedRestoreId?: string;
  /** Of a ledger in this AWS account, and of one in this AWS organization, in a hub. */
  accountId?: string;
  organizationId?: string;
  /** Requested at or after, ISO 8601. */
  since?: string;
  /** Requested before, ISO 8601. */
  until?: string;
}

export interface JobsQuery extends JobsFilter {
  /** Moments of the filter as they were asked for, where that moves with the clock, such as 7d: cursors hold all the same. */
  ages?: Partial<Record<'since' | 'until' | 'finishedSince' | 'finishedUntil', string>>;
  /** By time of request. @default 'desc': newest first */
  order?: 'asc' | 'desc';
  /** 1..200. @default 50 */
  limit?: number;
  /** From the page before, of the same query. */
  cursor?: string;
  /** `previous` of a page of the same query: the page that ends there. Not with `cursor`. */
  before?: string;
}

/** A page may hold fewer jobs than `limit`, even none, and still have a `cursor`: filters read a bounded number of items. */
export interface Page<T> {
  items: T[];
  cursor?: string;
  /** `before` of the page before this one, which may turn out to be empty. */
  previous?: string;
}

/** A cursor that this query didn't give out. The caller's mistake. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** A job, and whether its item is where it is looked for. */
export interface RecordedJob {
  /** By the key of the item. */
  projectId: string;
  /** By the key of the item: what the job says of itself may be forged. */
  jobId: string;
  job: LedgerJob;
  /** Keys of the item, and of its entries in indexes, that are not this job's: lists leave it out, or show it elsewhere. */
  misplaced: readonly string[];
}

/** A job as the index over all projects shows it. */
export interface ListedJob {
  projectId: string;
  jobId: string;
}

/** How many restore jobs a project has. */
export interface Census {
  /** Items of the table. */
  table: InTable;
  /** Items that the index of clusters shows, without those that are let go. */
  index: number;
}

export interface KeptTotals {
  totals: CoverageTotals;
  /** Nobody has written coverage, or what is known of a project, since they were counted, and nobody was writing then. */
  isCurrent: boolean;
}

export interface Ledger {
  /** How many jobs are worth writing at once. @default as many as into DynamoDB */
  readonly parallelWrites?: number;
  /**
   * Records what an answer says: one conditional write where something changed, none where nothing did.
   * @param known true where the ledger is likely to have the job: it then reads first instead of trying to add
   * @throws LedgerError
   */
  record(job: RestoreJob, sighting: Sighting, known?: boolean, annotating?: Annotating): Promise<Recorded>;
  /**
   * Records what the ledger itself found out about a job. Nothing is written if it holds that already.
   * @param annotate what the job should have; what it leaves out stays. Called again if another writer was first
   * @param read the job as `projectJobs` gave it, to save a read
   * @throws LedgerError, also where the ledger has no such job
   */
  annotate(
    projectId: string,
    jobId: string,
    sighting: Sighting,
    annotate: (job: JobSummary) => Partial<Annotations>,
    read?: LedgerJob,
  ): Promise<Recorded>;
  /**
   * Marks a job that Atlas no longer lists. A later sighting takes the mark away again; both are in its history.
   * @throws LedgerError, also where the ledger has no such job
   */
  markVanished(projectId: string, jobId: string, sighting: Sighting): Promise<Recorded>;
  /** Every job of a project, checked against its own history; a consistent read of the table itself, not of an index. */
  known(projectId: string): AsyncIterable<KnownJob>;
  /** Those of these jobs that the ledger has, in any order; a consistent read of the table itself. */
  lookUp(projectId: string, jobIds: readonly string[]): Promise<KnownJob[]>;

  /** Every job of a project with its history, oldest first; a consistent read of the table. Dates as in `JobsQuery`. */
  projectJobs(projectId: string, period?: { since?: string; until?: string }): AsyncIterable<LedgerJob>;
  /** How many jobs of a project the ledger has. */
  countJobs(projectId: string): Promise<number>;
  /** The sum of the revisions of a project's jobs; a consistent read of the table. */
  countRevisions(projectId: string): Promise<number>;
  /** Whether somebody may have annotated a job of the project, or taken a name out of it. @param sinceMs since the epoch */
  isAnnotatedSince(projectId: string, sinceMs: number): Promise<boolean>;

  job(jobId: string): Promise<LedgerJob | undefined>;
  /**
   * Lists over all projects hold nothing that was requested later than ten minutes from now, unless `until` says so.
   * @throws CursorError
   * @throws RangeError for an invalid date, and for a cluster without its project
   */
  jobs(query: JobsQuery): Promise<Page<JobSummary>>;

  /** Says that jobs of these days are about to be written, of all at once. Without it, each write says it of its own. @throws LedgerError */
  markDays(jobIds: readonly string[]): Promise<void>;
  /**
   * Says of each day that jobs were written of since the last call that this is over: what was counted meanwhile is counted again.
   * @throws LedgerError
   */
  markDaysAgain(): Promise<void>;
  /**
   * Counts the jobs of the days that were written to since they were counted, newest first.
   * @param every every day that was ever written to @default false
   * @throws LedgerError
   */
  countDays(isOutOfTime: () => boolean, every?: boolean): Promise<void>;
  /**
   * The counts of these days, without those that are being written to, or were since they were counted.
   * @param days in UTC, such as `2026-11-29`
   */
  dayCounts(days: readonly string[]): Promise<Map<string, DayCounts>>;
  /** A digest of what is kept of the jobs of these days, as of `digestWith`; without the same days. @param days as of `dayCounts` */
  dayJobDigests(days: readonly string[]): Promise<Map<string, string>>;
  /** The days that jobs were ever written of, whether any are left. Requests: 1 query. */
  daysWritten(): Promise<string[]>;
  /** Of all days but the newest, without what is being written to, or was since it was counted. */
  olderJobs(): Promise<OlderJobs | undefined>;

  /** Restores with a verdict, of each of these clusters. The requests are those of `readVerdicts`. @throws LedgerError */
  verdicts(projectId: string, asked: readonly Omit<VerdictsAsked, 'projectId'>[]): Promise<VerdictsByCluster>;
  coverage(projectId: string): Promise<ProjectCoverage | undefined>;
  /**
   * Writes what `next` makes of the stored coverage; if another writer was first, `next` is called again with theirs.
   * @param read what the caller read before, to save a read
   */
  saveCoverage(
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
    read?: ProjectCoverage,
  ): Promise<ProjectCoverage>;
  /** Every project that is on record, read or not, in the order of project ids. */
  projects(): AsyncIterable<ProjectFacts>;
  /** Says that coverage and projects are written no more, for now: until then `saveCoverageTotals` does nothing. @throws LedgerError */
  coverageWritten(): Promise<void>;
  /** Nothing where they were never counted. */
  coverageTotals(): Promise<KeptTotals | undefined>;
  /**
   * Keeps what the coverage of all projects adds up to, unless somebody is writing to it, or the ledger is a hub's.
   * @param count is given every project on record, by consistent reads
   * @throws LedgerError, and what `count` throws
   */
  saveCoverageTotals(count: (projects: AsyncIterable<ProjectFacts>) => Promise<CoverageTotals>): Promise<void>;
  /** Every job with its history; of one project, or of all in no order. A consistent read of the table, each item once. */
  recordedJobs(projectId?: string): AsyncIterable<RecordedJob>;
  /**
   * The ids of all projects that the table has jobs or announced restores of, in order: by these items alone, whatever indexes and other
   * items say. A consistent read of the table, each item once.
   */
  projectsInTable(): Promise<string[]>;
  /** Every job that the index over all projects shows, in no order. */
  listedJobs(): AsyncIterable<ListedJob>;
  /** What it reads grows with the project alone. */
  census(projectId: string, letGo?: LetGo): Promise<Census>;
  /** How many jobs the index of clusters shows of some clusters of a project. @param letGo leaves out jobs requested before */
  countListed(projectId: string, clusterNames: Iterable<string>, letGo?: LetGo): Promise<number>;
  /** Every project's that was read, in the order of project ids. */
  coverages(): AsyncIterable<ProjectCoverage>;
  /**
   * Keeps the coverage of a cluster that is gone for good in an item of its own, so that a project's item stays small.
   * @param options.isNew leaves what is archived of it @default false
   */
  archiveCluster(projectId: string, cluster: ClusterCoverage, options?: { isNew?: boolean }): Promise<void>;
  archivedClusters(projectId: string): AsyncIterable<ClusterCoverage>;

  /** Announced restores of a project that end at or after a moment, in the order of their ends; a consistent read. ISO 8601. */
  expectedRestores(projectId: string, since: string): Promise<ExpectedRestore[]>;
  /**
   * Writes which restores came, or that none did. Undefined where another writer was first.
   * @throws LedgerError
   */
  saveExpectedRestore(
    stored: ExpectedRestore,
    change: { jobs: readonly Claim[]; unclear?: readonly string[] } | { missedAt: string },
  ): Promise<ExpectedRestore | undefined>;

  knownProject(projectId: string): Promise<KnownProject | undefined>;
  /** Every project that a run has ever listed, in the order of their ids; a consistent read of each. */
  knownProjects(): AsyncIterable<KnownProject>;
  /**
   * Writes what `next` makes of what is known, unless nothing changed; if another writer was first, `next` is called again with
   * theirs.
   * @param read what the caller read before, to save a read
   */
  saveKnownProject(
    projectId: string,
    next: (stored: KnownProject | undefined) => KnownProject,
    read?: KnownProject,
  ): Promise<KnownProject>;
  /** When all projects were last listed, and by which credentials. */
  scope(): Promise<Scope | undefined>;
  /** As `saveKnownProject`; it writes each time. */
  saveScope(next: (stored: Scope | undefined) => Scope, read?: Scope): Promise<Scope>;

  /** A run that was started already stays as it is. @param maker the process that makes it, if one does from beginning to end */
  startRun(run: Run, maker?: string): Promise<void>;
  /** Records the projects of a run, before any task is queued. Again: replaces them. */
  recordPlan(runId: string, projects: readonly PlannedProject[]): Promise<void>;
  /** Sets how many projects a run has; with 0 it ends. @param startedAt a more precise start */
  planRun(runId: string, projects: number, failures: Run['failures'], startedAt?: string): Promise<Run>;
  /** Adds a project's part, once; the last one ends the run. Idempotent. */
  finishPart(runId: string, part: RunPart): Promise<Run>;
  /** A run that isn't finished counts what has come in so far. */
  run(runId: string): Promise<RunRecord | undefined>;
  /** Runs that have not ended, oldest first. @param since those that began before are left out; ISO 8601 */
  unfinishedRuns(since?: string): AsyncIterable<UnfinishedRun>;
  /**
   * Ends a run that shows no sign of life, with this failure, under the code RUN_DIED. If its last part arrives after all, the
   * run ends as if in time.
   * @throws LedgerError, also for an unknown run
   */
  endRun(runId: string, failure: ClusterFailure): Promise<Run>;
  /** Newest first. @throws CursorError */
  runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>>;
}
