// bench/contenders/memory-ledger.ts: a ledger that writes nothing, so that what is left is the cost of reading. It keeps what a
// collector needs for its next reading: the coverage, and a fingerprint a job.

import type { ClusterCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { fingerprint } from '../../functions/ledger/model/fingerprint.ts';
import type { KnownProject, ProjectFacts, Scope } from '../../functions/ledger/model/known-project.ts';
import type {
  Census,
  JobSummary,
  KnownJob,
  Ledger,
  ListedJob,
  Page,
  Recorded,
  RecordedJob,
  Sighting,
} from '../../functions/ledger/model/ledger.ts';
import { addCounts, noCounts, type Run, type RunPart, type UnfinishedRun } from '../../functions/ledger/model/run.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';

/** What stays of a job. */
type Held = KnownJob & Pick<JobSummary, 'requestedAt'>;

/** Settled, so that no events are read. */
const NOBODY_KNOWN: Requester = { reason: 'none' };

export class MemoryLedger implements Ledger {
  /** By project and cluster, then by id. */
  readonly #clusters = new Map<string, Map<string, Held>>();
  readonly #coverage = new Map<string, ProjectCoverage>();
  readonly #runs = new Map<string, { run: Run; parts: RunPart[] }>();
  readonly #projects = new Map<string, KnownProject>();
  #scope: Scope | undefined;

  /** As cheap as possible: it answers with the job itself. */
  async record(job: RestoreJob, { observedAt, fingerprint: print = fingerprint(job) }: Sighting): Promise<Recorded> {
    const { jobId, clusterName, kind, status, requestedAt } = job;
    const jobs = this.#of(job.projectId, job.clusterName);
    const outcome = jobs.has(jobId) ? 'changed' : 'new';
    const held = { jobId, clusterName, kind, status, requestedAt, observedAt, firstSeenAt: observedAt };
    jobs.set(jobId, { ...held, fingerprint: print, requester: NOBODY_KNOWN });
    const summary = job as RestoreJob & JobSummary;
    summary.fingerprint = print;
    summary.requester = NOBODY_KNOWN;
    summary.revision = 1;
    summary.firstSeenAt = observedAt;
    summary.changedAt = observedAt;
    summary.observedAt = observedAt;
    return { outcome, job: summary };
  }

  annotate = (): Promise<Recorded> => notHere('annotate');

  /** Nothing was announced. */
  expectedRestores = async () => [];
  saveExpectedRestore = () => notHere('saveExpectedRestore');

  /** Nothing vanishes in this bench. */
  markVanished = (): Promise<Recorded> => notHere('markVanished');

  /** Nobody judges a restore. */
  verdicts = async () => new Map();

  /** No day is counted. */
  markDays = async () => {};
  markDaysAgain = async () => {};
  countDays = async () => {};
  dayCounts = (): Promise<never> => notHere('dayCounts');
  dayJobDigests = (): Promise<never> => notHere('dayJobDigests');
  daysWritten = (): Promise<never> => notHere('daysWritten');
  olderJobs = async () => undefined;
  coverageWritten = async () => {};
  coverageTotals = async () => undefined;
  saveCoverageTotals = async () => {};

  async *known(projectId: string): AsyncGenerator<KnownJob> {
    for (const [cluster, jobs] of this.#clusters) if (cluster.startsWith(projectId)) yield* jobs.values();
  }

  async lookUp(projectId: string, jobIds: readonly string[]): Promise<KnownJob[]> {
    const wanted = new Set(jobIds);
    const found: KnownJob[] = [];
    for await (const job of this.known(projectId)) if (wanted.has(job.jobId)) found.push(job);
    return found;
  }

  async countJobs(projectId: string): Promise<number> {
    const ofProject = [...this.#clusters].filter(([cluster]) => cluster.startsWith(projectId));
    return ofProject.reduce((sum, [, jobs]) => sum + jobs.size, 0);
  }

  /** Nothing is sent to a hub. */
  countRevisions = (): Promise<never> => notHere('countRevisions');
  isAnnotatedSince = (): Promise<never> => notHere('isAnnotatedSince');

  async coverage(projectId: string): Promise<ProjectCoverage | undefined> {
    return this.#coverage.get(projectId);
  }

  async saveCoverage(
    projectId: string,
    next: (stored: ProjectCoverage | undefined) => ProjectCoverage,
  ): Promise<ProjectCoverage> {
    const stored = this.#coverage.get(projectId);
    const coverage = { ...next(stored), revision: (stored?.revision ?? 0) + 1 };
    this.#coverage.set(projectId, coverage);
    return coverage;
  }

  async *coverages(): AsyncGenerator<ProjectCoverage> {
    yield* this.#coverage.values();
  }

  async startRun(run: Run): Promise<void> {
    this.#runs.set(run.runId, { run, parts: [] });
  }

  async planRun(runId: string, projects: number, failures: Run['failures']): Promise<Run> {
    return this.#update(runId, { projects, failures });
  }

  async finishPart(runId: string, part: RunPart): Promise<Run> {
    const parts = this.#runs.get(runId)?.parts ?? [];
    parts.push(part);
    const counts = parts.map((each) => each.counts).reduce(addCounts, noCounts());
    return this.#update(runId, { counts });
  }

  async knownProject(projectId: string): Promise<KnownProject | undefined> {
    return this.#projects.get(projectId);
  }

  async *knownProjects(): AsyncGenerator<KnownProject> {
    yield* this.#projects.values();
  }

  async saveKnownProject(
    projectId: string,
    next: (stored: KnownProject | undefined) => KnownProject,
  ): Promise<KnownProject> {
    const known = next(this.#projects.get(projectId));
    this.#projects.set(projectId, known);
    return known;
  }

  async scope(): Promise<Scope | undefined> {
    return this.#scope;
  }

  async saveScope(next: (stored: Scope | undefined) => Scope): Promise<Scope> {
    this.#scope = next(this.#scope);
    return this.#scope;
  }

  async recordPlan(): Promise<void> {}

  async *unfinishedRuns(): AsyncGenerator<UnfinishedRun> {}

  async run(runId: string): Promise<{ run: Run; parts: RunPart[] } | undefined> {
    return this.#runs.get(runId);
  }

  projects = (): AsyncIterable<ProjectFacts> => notHere('projects');
  census = (): Promise<Census> => notHere('census');
  recordedJobs = (): AsyncIterable<RecordedJob> => notHere('recordedJobs');
  projectsInTable = (): Promise<string[]> => notHere('projectsInTable');
  listedJobs = (): AsyncIterable<ListedJob> => notHere('listedJobs');
  countListed = (): Promise<number> => notHere('countListed');
  projectJobs = () => notHere('projectJobs');
  job = () => notHere('job');
  jobs = () => notHere('jobs');
  endRun = (): Promise<Run> => notHere('endRun');
  runs = (): Promise<Page<Run>> => notHere('runs');
  archiveCluster = (): Promise<void> => notHere('archiveCluster');
  archivedClusters = (): AsyncIterable<ClusterCoverage> => notHere('archivedClusters');

  #of(projectId: string, clusterName: string): Map<string, Held> {
    const name = `${projectId}/${clusterName}`;
    const jobs = this.#clusters.get(name) ?? new Map<string, Held>();
    this.#clusters.set(name, jobs);
    return jobs;
  }

  #update(runId: string, change: Partial<Run>): Run {
    const found = this.#runs.get(runId);
    if (!found) throw new Error(`no run ${runId} was started`);
    found.run = { ...found.run, ...change };
    return found.run;
  }
}

function notHere(method: string): never {
  throw new Error(`${method} is not implemented: reading doesn't need it`);
}
