// functions/atlas/model/atlas.ts: the port through which the rest of the system reads Atlas.

import type { RedactedJob } from '../../restore/redact/redact.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';
import type { Tag } from '../../restore/tags/tag.ts';
import type { Kind } from '../../schema/words.ts';
import type { ElementProblem } from './element-problem.ts';
import type { Shortfall } from './page.ts';
import type { SkewReading } from './skew-reading.ts';

export type { ElementProblem, Shortfall };

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
  paused?: boolean;
  /** Whether backups of it are made. */
  backupEnabled?: boolean;
  /** ISO 8601, in UTC. */
  createDate?: string;
  /** Absent: the answer doesn't say. */
  tags?: Tag[];
}

/** Projects of one page, and what could not be read as one: there may be more projects than these. */
export interface ProjectsFound {
  projects: Project[];
  problems: ElementProblem[];
}

/** Clusters of one list, and what could not be read as one: there may be more clusters than these. */
export interface ClustersFound {
  clusters: Cluster[];
  problems: ElementProblem[];
}

/** Names one list of restore jobs. */
export interface JobList {
  kind: Kind;
  projectId: string;
  clusterName: string;
}

export interface JobPagesOptions {
  /** @default 1 */
  fromPage?: number | undefined;
  /** Start with a page of this many of the newest jobs; page 1 repeats them. @default page 1 */
  newest?: number | undefined;
  /** Pages to request before their turn, once page 1 has said how many there are. Each waits in memory. @default 0 */
  ahead?: number | undefined;
}

export interface JobPage {
  /**
   * A reading that stops after this page goes on with the page after it. 0 for the page of the newest, and where the list is
   * about to be read once more since it was not whole.
   */
  pageNum: number;
  /** What Atlas sent, in its order, secret-bearing fields removed. An element that isn't an object stays as it is. */
  jobs: (RedactedJob | { notAJob: unknown })[];
  /** True when no further page exists. */
  last: boolean;
  /** Atlas's estimate of the list's length, where it gives one. */
  totalCount?: number;
  /** With the last page: two readings returned fewer distinct jobs than Atlas says there are. The list is incomplete. */
  short?: Shortfall;
  /** With the last page: the list shrank during both readings, so jobs may have moved past both. The list is incomplete. */
  moved?: true;
  /** With the last page: what both readings got as the count, if it isn't one. The list may be incomplete. */
  miscounted?: string;
  /** Its count isn't a number: the list must be read to its end. */
  oddlyCounted?: true;
}

export interface EventsQuery {
  projectId: string;
  /** Atlas's names. None: events of every type. */
  types: readonly string[];
  /** From and to, ISO 8601, both included. */
  since: string;
  until: string;
  /** How many there are likely to be: the pages after the first are requested at once. @default one page after the other */
  expected?: number;
}

/** @throws AtlasError from every method; nothing else. */
export interface Atlas {
  /** Every project the credentials can see, once each, page by page. An incomplete list fails after its last page. */
  projects(): AsyncIterable<ProjectsFound>;
  /** One list of a project's clusters. Dedicated ones include deleted clusters whose backups are kept. */
  clusters(projectId: string, list: ClusterList): Promise<ClustersFound>;
  /** The pages of a list, 500 jobs a page; a caller that stops early costs no further call but those read ahead. */
  jobPages(list: JobList, options?: JobPagesOptions): AsyncIterable<JobPage>;
  job(list: JobList, jobId: string): Promise<RedactedJob>;
  /**
   * The pages of a project's events of some types, newest first; a caller that stops early costs no further call.
   * An event may be returned twice. An incomplete list fails after its last page.
   */
  events(query: EventsQuery): AsyncIterable<AtlasEvent[]>;
  /** Public key of the API key, or client id of the service account, that was used last. Absent before the first call. */
  readonly principal: string | undefined;
  /**
   * Our clock less Atlas's, in ms, as measured by its answers: right to a second and the time of an answer, 0 for clocks that
   * agree as far as can be seen. Shared by all views, and so perhaps of a while ago: a hint. Undefined before the first answer.
   */
  readonly clockSkewMs: number | undefined;
  /** The same by the answers to this view alone, for times that are stored. Undefined if none of them had a usable Date. */
  readonly skewReading: SkewReading | undefined;
  /**
   * The same, whose calls and waits must fit into the time left, and which counts its own usage.
   * @param waits what it may wait in all where Atlas requires it. @default as long as there is time
   */
  within(timeLeftMs: () => number, waits?: Waits): Atlas;
  /** Counted since it was made, its views' included. */
  readonly usage: AtlasUsage;
}

/** A budget of waits. */
export interface Waits {
  /** The longest that may begin now, in ms. */
  readonly leftMs: number;
  /** One begins now. */
  note(ms: number): void;
}

export interface AtlasUsage {
  /** Calls of the API, repeats and digest challenges included; token requests counted apart. */
  requests: number;
  tokenRequests: number;
  /** Answers of 429. */
  throttles: number;
  /** Time spent waiting because Atlas required it, in ms. */
  waitedMs: number;
}
