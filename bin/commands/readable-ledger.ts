// bin/commands/readable-ledger.ts is the port of the commands that only read. A ledger at hand fills it as it is;
// api/ledger.ts fills it over HTTP.
import type {
  ClusterCoverage,
  DiscoveryCoverage,
  ListCoverage,
  ProjectCoverage,
} from '../../functions/ledger/coverage.ts';
import type { DrillState } from '../../functions/ledger/drill-state.ts';
import type { JobSummary, JobsQuery, LedgerJob, Page } from '../../functions/ledger/ledger.ts';
import type { Run } from '../../functions/ledger/run.ts';
import type { Kind } from '../../functions/restore/job.ts';

/** The fingerprint is the ledger's own affair. */
export type ShownJob = Omit<JobSummary, 'fingerprint'>;
export type WholeJob = Omit<LedgerJob, 'fingerprint'>;

export const withoutFingerprint = <T extends object>({
  fingerprint: _,
  ...job
}: T & { fingerprint?: string }): Omit<T, 'fingerprint'> => job;

export interface CoveredList
  extends Pick<
    ListCoverage,
    'jobs' | 'open' | 'readAt' | 'fullReadAt' | 'answer' | 'problems' | 'problemCount' | 'lastCompleted'
  > {
  error?: Pick<NonNullable<ListCoverage['error']>, 'message' | 'since'>;
}

export interface CoveredCluster extends Pick<ClusterCoverage, 'clusterName' | 'tier' | 'goneAt' | 'drill'> {
  lists: Partial<Record<Kind, CoveredList>>;
  /** What an API made of it. A ledger at hand leaves that to whoever asks. */
  drillState?: DrillState;
}

/** What is shown of a project's coverage. */
export interface CoveredProject extends Pick<ProjectCoverage, 'projectId' | 'projectName'> {
  /** By the name of the list of clusters. */
  discovery: Partial<Record<string, Pick<DiscoveryCoverage, 'error'>>>;
  clusters: Record<string, CoveredCluster>;
}

export interface ReadableLedger {
  job(jobId: string): Promise<WholeJob | undefined>;
  /** A page may be short, even empty, and have a cursor. */
  jobs(query: JobsQuery): Promise<Page<ShownJob>>;
  coverages(): AsyncIterable<CoveredProject>;
  /** Newest first. */
  runs(query: { limit?: number; cursor?: string }): Promise<Page<Run>>;
}
