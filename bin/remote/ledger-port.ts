// bin/remote/ledger-port.ts is the port of the commands that only read. A ledger at hand fills it as it is;
// api/ledger.ts fills it over HTTP.
import type { JobSummary, JobsQuery, Ledger, LedgerJob, Page } from '../../functions/ledger/model/ledger.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import { type CoverageRow, coverageRows } from '../../functions/views/coverage.ts';

/** The fingerprint is the ledger's own affair. */
export type ShownJob = Omit<JobSummary, 'fingerprint'>;
export type WholeJob = Omit<LedgerJob, 'fingerprint'>;

export const withoutFingerprint = <T extends object>({
  fingerprint: _,
  ...job
}: T & { fingerprint?: string }): Omit<T, 'fingerprint'> => job;

export interface ReadableLedger {
  job(jobId: string): Promise<WholeJob | undefined>;
  /** A page may be short, even empty, and have a cursor. */
  jobs(query: JobsQuery): Promise<Page<ShownJob>>;
  /** In the order of project ids, a project's rows together. */
  coverageRows(): AsyncIterable<CoverageRow>;
  /** Newest first. */
  runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>>;
}

/** A ledger at hand. */
export const readable = (ledger: Ledger, now: () => number): ReadableLedger => ({
  job: (jobId) => ledger.job(jobId),
  jobs: (query) => ledger.jobs(query),
  runs: (query) => ledger.runs(query),
  async *coverageRows() {
    for await (const project of ledger.projects()) yield* coverageRows(project, { now: now() });
  },
});
