// bin/remote/ledger.ts: a ledger read over HTTP, and runs started there.
import type * as z from 'zod/mini';
import type { SearchResult } from '../../functions/api/query/search.ts';
import type { Summary } from '../../functions/api/query/summary.ts';
import type { AnnotationPatch } from '../../functions/ledger/annotations/patch.ts';
import type { Page } from '../../functions/ledger/model/ledger.ts';
import type { Run, RunScope } from '../../functions/ledger/model/run.ts';
import { defined } from '../../functions/platform/defined.ts';
import { upTo } from '../../functions/platform/lists/up-to.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import type { AnnouncedRow, ExpectedRow } from '../../functions/views/expected.ts';
import type { ApiClient, Query } from './client.ts';
import { asFlags } from './flag-problem.ts';
import type { ExpectedQuery, JobsPage, ReadableLedger, WholeJob } from './ledger-port.ts';
import { ANSWERS, type RunReport, understood } from './shapes.ts';

/** So many are requested one by one; of more, all pages of the coverage take fewer requests. */
const FEW_PROJECTS = 20;

/** @throws ApiError, CommandError from every method */
export class ApiLedger implements ReadableLedger {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  get url() {
    return this.#client.address.url;
  }

  job = (jobId: string): Promise<WholeJob | undefined> => this.#find(`/restore-jobs/${jobId}`, ANSWERS.job);

  jobs =
    (asked: URLSearchParams) =>
    async (at: { limit: number; cursor?: string }): Promise<JobsPage> => {
      const query = [...asked, ...Object.entries(at)] as const;
      const answer = await asFlags(() => this.#get('/restore-jobs', ANSWERS.jobs, query));
      const { jobs: items, cursor, tagsNotKnown } = answer;
      return { items, ...defined({ cursor, tagsNotKnown }) };
    };

  summary = (asked: URLSearchParams): Promise<Summary> =>
    asFlags(() => this.#get('/summary', ANSWERS.summary, [...asked]));

  search = (text: string): Promise<SearchResult> => this.#get('/search', ANSWERS.search, { q: text });

  async *coverageRows(projectIds?: readonly string[]): AsyncGenerator<CoverageRow> {
    const few = projectIds && [...new Set(projectIds)].sort();
    if (!few || few.length > FEW_PROJECTS) return yield* this.#allCoverage();
    for (const projectId of few) yield* await this.#coverageOf(projectId);
  }

  async allProjectNames(): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for await (const { projectId, projectName } of this.#allCoverage()) names.set(projectId, projectName);
    return names;
  }

  async projectNames(projectIds: readonly string[]): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    const name = ({ projectId, projectName }: CoverageRow) => names.set(projectId, projectName);
    for await (const row of this.coverageRows(projectIds)) name(row);
    return names;
  }

  async runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>> {
    const { runs: items, cursor } = await this.#get('/runs', ANSWERS.runs, query);
    return { items, ...defined({ cursor }) };
  }

  async startRun(scope: RunScope, full: boolean): Promise<RunReport> {
    const answer = await this.#client.post('/runs', { ...scope, full: full || undefined });
    return understood('POST /runs', ANSWERS.run, answer);
  }

  /** The job as it is then. */
  async annotate(jobId: string, patch: AnnotationPatch): Promise<WholeJob> {
    const path = `/restore-jobs/${jobId}/annotation`;
    return understood(`PATCH ${path}`, ANSWERS.job, await this.#client.patch(path, patch));
  }

  /** The announcement; the one that was made before with the same key. @param key of every repeat of the request */
  async announce(request: object, key: string): Promise<AnnouncedRow> {
    const path = '/expected-restores';
    return understood(`POST ${path}`, ANSWERS.announced, await this.#client.post(path, request, key));
  }

  /** As it is then; undefined where there is none. */
  async withdraw(expectedRestoreId: string): Promise<ExpectedRow | undefined> {
    const path = `/expected-restores/${expectedRestoreId}`;
    const answer = await this.#client.delete(path);
    return answer === undefined ? undefined : understood(`DELETE ${path}`, ANSWERS.expected, answer);
  }

  async expectedRestores(query: ExpectedQuery): Promise<Page<ExpectedRow>> {
    const { expectedRestores: items, cursor } = await this.#get('/expected-restores', ANSWERS.expectedList, query);
    return { items, ...defined({ cursor }) };
  }

  /** Undefined where the API no longer has it. */
  run = (runId: string): Promise<RunReport | undefined> => this.#find(`/runs/${runId}`, ANSWERS.run);

  async #get<S extends z.core.$ZodType>(path: string, schema: S, query: Query): Promise<z.infer<S>> {
    return understood(`GET ${path}`, schema, await this.#client.get(path, query));
  }

  #allCoverage(): AsyncGenerator<CoverageRow> {
    return upTo(Number.POSITIVE_INFINITY, async ({ cursor }) => {
      const page = await this.#get('/coverage', ANSWERS.coverage, { cursor });
      return { items: page.coverage, ...defined({ cursor: page.cursor }) };
    });
  }

  async #coverageOf(projectId: string): Promise<CoverageRow[]> {
    return (await this.#find('/coverage', ANSWERS.coverage, { projectId }))?.coverage ?? [];
  }

  async #find<S extends z.core.$ZodType>(path: string, schema: S, query?: Query): Promise<z.infer<S> | undefined> {
    const answer = await this.#client.find(path, query);
    return answer === undefined ? undefined : understood(`GET ${path}`, schema, answer);
  }
}
