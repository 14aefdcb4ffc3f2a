// bin/remote/ledger-port.ts: the port of the commands that only read: a ledger opened here, or one behind an API.
import { askedSummary } from '../../functions/api/query/asked-summary.ts';
import { jobsQuery } from '../../functions/api/query/jobs-query.ts';
import { allNames, withNames } from '../../functions/api/query/names.ts';
import { type SearchResult, search } from '../../functions/api/query/search.ts';
import type { Summary } from '../../functions/api/query/summary.ts';
import { notKnownOf } from '../../functions/api/query/tagged-clusters.ts';
import type { ProjectFacts } from '../../functions/ledger/model/known-project.ts';
import type {
  JobSummary,
  JobsQuery,
  Ledger,
  LedgerJob,
  Page,
  TagsNotKnown,
} from '../../functions/ledger/model/ledger.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { verdictsAsked } from '../../functions/ledger/verdicts/asked.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import type { Measures } from '../../functions/restore/objectives/measure.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { type CoverageRow, coverageRows } from '../../functions/views/coverage.ts';
import { withMeasures } from '../../functions/views/measures.ts';
import { asFlags } from './flag-problem.ts';

/** The fingerprint is internal to the ledger. */
export type ShownJob = Omit<JobSummary, 'fingerprint'> & Measures;
export type WholeJob = Omit<LedgerJob, 'fingerprint'> & Measures;

export const withoutFingerprint = <T extends object>({
  fingerprint: _,
  ...job
}: T & { fingerprint?: string }): Omit<T, 'fingerprint'> => job;

export interface JobsPage extends Page<ShownJob> {
  tagsNotKnown?: TagsNotKnown;
}

export interface ReadableLedger {
  job(jobId: string): Promise<WholeJob | undefined>;
  /**
   * Pages of the jobs that the API's parameters ask for. A page may be short, even empty, and have a cursor.
   * @throws UsageError that names the flag, where a name is of nothing, or of several
   */
  jobs(asked: URLSearchParams): (page: { limit: number; cursor?: string }) => Promise<JobsPage>;
  /** As GET /summary. @throws as `jobs` */
  summary(asked: URLSearchParams): Promise<Summary>;
  /** As GET /search. */
  search(text: string): Promise<SearchResult>;
  /**
   * In the order of project ids, a project's rows together.
   * @param projectIds saves reading the others, where it can: some of their rows may come all the same. Theirs are with clusters that
   * are gone for more than a week. @default all on record
   */
  coverageRows(projectIds?: readonly string[]): AsyncIterable<CoverageRow>;
  /** By id, of all on record. @throws UsageError where they are too many */
  allProjectNames(): Promise<ReadonlyMap<string, string>>;
  /** By id, of those on record. */
  projectNames(projectIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>>;
}

export const readable = (ledger: LedgerReader, now: () => number, objectives = NO_OBJECTIVES): ReadableLedger => ({
  async job(jobId) {
    const job = await ledger.job(jobId);
    return job && withMeasures(job, objectives);
  },
  jobs(asked) {
    let resolved: Promise<JobsQuery> | undefined;
    return async (at) => {
      resolved ??= asFlags(() => {
        const { query, names } = jobsQuery(asked, now());
        return withNames(ledger, query, names);
      });
      const query = await resolved;
      const page = await ledger.jobs({ ...query, ...at });
      return { ...page, ...notKnownOf(query), items: page.items.map((job) => withMeasures(job, objectives)) };
    };
  },
  summary: (asked) => asFlags(() => askedSummary(ledger, asked, now())),
  search: (text) => search(ledger, text),
  runs: (query) => ledger.runs(query),
  allProjectNames: () => asFlags(() => allNames(ledger, 'project')),
  projectNames: (projectIds) => knownNames(ledger, projectIds),
  async *coverageRows(projectIds) {
    const context = () => ({ now: now(), objectives });
    if (!projectIds) for await (const project of ledger.projects()) yield* coverageRows(project, context());
    for await (const project of factsOf(ledger, projectIds ?? [], now)) {
      yield* coverageRows(project, context(), await listOf(ledger.archivedClusters(project.projectId)));
    }
  },
});

/** By id, of those on record. Requests: 1 read each. */
export async function knownNames(
  ledger: Pick<Ledger, 'knownProject'>,
  projectIds: readonly string[],
): Promise<Map<string, string>> {
  const known = await Promise.all(projectIds.map((projectId) => ledger.knownProject(projectId)));
  return new Map(known.flatMap((one) => (one ? [[one.projectId, one.projectName]] : [])));
}

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

export type ExpectedQuery = { projectId?: string; limit: number; cursor?: string };
