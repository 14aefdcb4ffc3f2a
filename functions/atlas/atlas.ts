// functions/atlas/atlas.ts is the port through which the rest of the system reads Atlas.
import type { Kind } from '../restore/job.ts';
import type { RedactedJob } from '../restore/redact.ts';

export interface Project {
  id: string;
  name: string;
  orgId?: string;
}

/** The cluster lists that Atlas has. `dedicated` also holds free (M0) clusters, which have no backups. */
export type ClusterList = 'dedicated' | 'flex' | 'serverless';

export interface Cluster {
  name: string;
  /** Survives a change of tier; a name can be used again after a deletion, an id can't. */
  id?: string;
  tier: ClusterList | 'free';
  /** Atlas's `stateName`, such as IDLE or DELETED. */
  state?: string;
}

/** Names one list of restore jobs. */
export interface JobList {
  kind: Kind;
  projectId: string;
  clusterName: string;
}

export interface JobPage {
  pageNum: number;
  /** What Atlas sent, in its order, secret-bearing fields removed. An element that is no object stays as it is. */
  jobs: (RedactedJob | { notAJob: unknown })[];
  /** True when no further page exists. */
  last: boolean;
}

/** @throws AtlasError from every method; nothing else. */
export interface Atlas {
  /** Every project the credentials can see. */
  projects(): AsyncIterable<Project>;
  /** One list of a project's clusters. Dedicated ones include deleted clusters whose backups are kept. */
  clusters(projectId: string, list: ClusterList): Promise<Cluster[]>;
  /** The pages of a list from `fromPage` (default 1), 500 jobs a page; a caller that stops early costs no further call. */
  jobPages(list: JobList, options?: { fromPage?: number }): AsyncIterable<JobPage>;
  job(list: JobList, jobId: string): Promise<RedactedJob>;
  /** The same, whose calls and waits must fit into the time left, and which counts its own usage. */
  within(timeLeftMs: () => number): Atlas;
  /** Counted since it was made, its views' included. */
  readonly usage: AtlasUsage;
}

export interface AtlasUsage {
  /** Calls of the API, repeats and digest challenges included; token requests counted apart. */
  requests: number;
  tokenRequests: number;
  /** Answers of 429. */
  throttles: number;
  /** Time spent waiting because Atlas asked for it, in ms. */
  waitedMs: number;
}
