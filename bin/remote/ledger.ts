// bin/remote/ledger.ts reads a ledger over HTTP, and has its collector started.
import type { JobsQuery, Page } from '../../functions/ledger/model/ledger.ts';
import type { Run, RunScope } from '../../functions/ledger/model/run.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import type { ApiClient, Query } from './client.ts';
import type { ReadableLedger, ShownJob, WholeJob } from './ledger-port.ts';
import { ANSWERS, type RunReport, understood } from './shapes.ts';

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

  async *coverageRows(): AsyncGenerator<CoverageRow> {
    for (let cursor: string | undefined; ; ) {
      const answer = await this.#client.get('/coverage', { cursor });
      const page = understood('GET /coverage', ANSWERS.coverage, answer);
      yield* page.coverage;
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
