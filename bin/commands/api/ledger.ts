// bin/commands/api/ledger.ts reads a ledger over HTTP, and has its collector started.
import type { DrillDue } from '../../../functions/ledger/coverage.ts';
import type { DrillState } from '../../../functions/ledger/drill-state.ts';
import type { JobsQuery, Page } from '../../../functions/ledger/ledger.ts';
import type { Run, RunScope } from '../../../functions/ledger/run.ts';
import { KINDS } from '../../../functions/restore/job.ts';
import type {
  CoveredCluster,
  CoveredList,
  CoveredProject,
  ReadableLedger,
  ShownJob,
  WholeJob,
} from '../readable-ledger.ts';
import type { ApiClient, Query } from './client.ts';
import { ANSWERS, type CoverageRow, type RunReport, understood } from './shapes.ts';

/** The API's largest page. */
const MAX_LIMIT = 200;

/** @throws ApiError, CommandError from every method */
export class ApiLedger implements ReadableLedger {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** For messages. */
  get url() {
    return this.#client.address.url;
  }

  async job(jobId: string): Promise<WholeJob | undefined> {
    const path = `/restore-jobs/${jobId}`;
    const answer = await this.#client.find(path);
    return answer === undefined ? undefined : understood(`GET ${path}`, ANSWERS.job, answer);
  }

  async jobs({ statuses = [], limit, ...query }: JobsQuery): Promise<Page<ShownJob>> {
    const status = statuses.length > 0 ? statuses.join(',') : undefined;
    const answer = await this.#client.get('/restore-jobs', { ...query, status, limit: atMost(limit) });
    const { jobs, cursor } = understood('GET /restore-jobs', ANSWERS.jobs, answer);
    return pageOf(jobs, cursor);
  }

  async *coverages(): AsyncGenerator<CoveredProject> {
    for (let cursor: string | undefined; ; ) {
      const answer = await this.#client.get('/coverage', { cursor });
      const page = understood('GET /coverage', ANSWERS.coverage, answer);
      yield* projectsOf(page.coverage);
      cursor = page.cursor;
      if (cursor === undefined) return;
    }
  }

  async runs({ limit, cursor }: { limit?: number; cursor?: string }): Promise<Page<Run>> {
    const query: Query = { limit: atMost(limit), cursor };
    const page = understood('GET /runs', ANSWERS.runs, await this.#client.get('/runs', query));
    return pageOf(page.runs, page.cursor);
  }

  async startRun(scope: RunScope, full: boolean): Promise<RunReport> {
    const answer = await this.#client.post('/runs', { ...scope, ...(full ? { full } : {}) });
    return understood('POST /runs', ANSWERS.run, answer);
  }

  /** Nothing where the API no longer has it. */
  async run(runId: string): Promise<RunReport | undefined> {
    const path = `/runs/${runId}`;
    const answer = await this.#client.find(path);
    return answer === undefined ? undefined : understood(`GET ${path}`, ANSWERS.run, answer);
  }
}

const atMost = (limit: number | undefined) => (limit === undefined ? undefined : Math.min(MAX_LIMIT, limit));

const pageOf = <T>(items: T[], cursor: string | undefined): Page<T> => ({
  items,
  ...(cursor === undefined ? {} : { cursor }),
});

/** The API has a row for each cluster, and for each list of clusters that failed; a project's follow each other. */
function projectsOf(rows: readonly CoverageRow[]): CoveredProject[] {
  const projects = new Map<string, CoverageRow[]>();
  for (const row of rows) projects.set(row.projectId, [...(projects.get(row.projectId) ?? []), row]);
  return [...projects.values()].flatMap((of) => (of[0] ? [projectOf(of[0], of)] : []));
}

function projectOf({ projectId, projectName }: CoverageRow, rows: readonly CoverageRow[]): CoveredProject {
  const clusters = rows.flatMap((row) => (row.clusterName === undefined ? [] : [clusterOf(row.clusterName, row)]));
  const failures = rows.flatMap(({ clusterName, error }) => (clusterName === undefined && error ? [error] : []));
  return {
    projectId,
    projectName,
    discovery: Object.fromEntries(
      failures.map(({ what, message, since }) => [
        what.replace(/ clusters$/, ''),
        { error: { code: '', message, since } },
      ]),
    ),
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.clusterName, cluster])),
  };
}

function clusterOf(
  clusterName: string,
  { tier = 'dedicated', goneAt, lists = {}, problems, drill }: CoverageRow,
): CoveredCluster {
  const kinds = KINDS.flatMap((kind) => {
    const list = lists[kind] as CoveredList | undefined;
    return list ? [{ kind, list }] : [];
  });
  const samples = kinds.reduce((sum, { list }) => sum + (list.problems?.length ?? 0), 0);
  return {
    clusterName,
    tier,
    ...(goneAt === undefined ? {} : { goneAt }),
    ...(drill === undefined ? {} : drillOf(drill as DrillRow)),
    lists: Object.fromEntries(kinds.map(({ kind, list }) => [kind, { ...list, ...countOf(list, problems - samples) }])),
  };
}

type DrillRow = DrillState & Pick<DrillDue, 'overdueAt'>;

function drillOf({ overdueAt, ...drillState }: DrillRow): Pick<CoveredCluster, 'drill' | 'drillState'> {
  const { days, dueAt } = drillState;
  if (days === undefined || dueAt === undefined) return { drillState };
  return { drillState, drill: { days, dueAt, ...(overdueAt === undefined ? {} : { overdueAt }) } };
}

/** An API that counts a cluster's problems, and not each list's, sends the first ten of each list: more are the full one's. */
function countOf({ problems = [], problemCount }: CoveredList, unsent: number): Pick<CoveredList, 'problemCount'> {
  if (problemCount !== undefined) return { problemCount };
  return { problemCount: problems.length + (problems.length >= 10 ? unsent : 0) };
}
