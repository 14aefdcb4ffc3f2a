// bin/remote/ledger-port.ts: the port of the commands that only read: a ledger opened here, or one behind an API.
import type { ProjectFacts } from '../../functions/ledger/model/known-project.ts';
import type { JobSummary, JobsQuery, Ledger, LedgerJob, Page } from '../../functions/ledger/model/ledger.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import { verdictsAsked } from '../../functions/ledger/verdicts/asked.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import type { Measures } from '../../functions/restore/objectives/measure.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { type CoverageRow, coverageRows } from '../../functions/views/coverage.ts';
import { withMeasures } from '../../functions/views/measures.ts';

/** The fingerprint is internal to the ledger. */
export type ShownJob = Omit<JobSummary, 'fingerprint'> & Measures;
export type WholeJob = Omit<LedgerJob, 'fingerprint'> & Measures;

export const withoutFingerprint = <T extends object>({
  fingerprint: _,
  ...job
}: T & { fingerprint?: string }): Omit<T, 'fingerprint'> => job;

export interface ReadableLedger {
  job(jobId: string): Promise<WholeJob | undefined>;
  /** A page may be short, even empty, and have a cursor. */
  jobs(query: JobsQuery): Promise<Page<ShownJob>>;
  /**
   * In the order of project ids, a project's rows together.
   * @param projectIds saves reading the others, where it can: some of their rows may come all the same. Theirs are with clusters that
   * are gone for more than a week. @default all on record
   */
  coverageRows(projectIds?: readonly string[]): AsyncIterable<CoverageRow>;
  /** By id, of those on record. */
  projectNames(projectIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>>;
}

export const readable = (ledger: Ledger, now: () => number, objectives = NO_OBJECTIVES): ReadableLedger => ({
  async job(jobId) {
    const job = await ledger.job(jobId);
    return job && withMeasures(job, objectives);
  },
  async jobs(query) {
    const page = await ledger.jobs(query);
    return { ...page, items: page.items.map((job) => withMeasures(job, objectives)) };
  },
  runs: (query) => ledger.runs(query),
  async projectNames(projectIds) {
    const known = await Promise.all(projectIds.map((projectId) => ledger.knownProject(projectId)));
    return new Map(known.flatMap((one) => (one ? [[one.projectId, one.projectName]] : [])));
  },
  async *coverageRows(projectIds) {
    const context = () => ({ now: now(), objectives });
    if (!projectIds) for await (const project of ledger.projects()) yield* coverageRows(project, context());
    for await (const project of factsOf(ledger, projectIds ?? [], now)) {
      yield* coverageRows(project, context(), await listOf(ledger.archivedClusters(project.projectId)));
    }
  },
});

/** Of those on record. Requests: 2 reads a project, and those of `readVerdicts`. */
async function* factsOf(
  ledger: Ledger,
  projectIds: readonly string[],
  now: () => number,
): AsyncGenerator<ProjectFacts> {
  for (const projectId of [...new Set(projectIds)].sort()) {
    const [known, coverage] = await Promise.all([ledger.knownProject(projectId), ledger.coverage(projectId)]);
    if (!known) continue;
    const verdicts = coverage && (await ledger.verdicts(projectId, verdictsAsked(coverage, now())));
    yield { projectId, projectName: known.projectName, known, coverage, verdicts };
  }
}
