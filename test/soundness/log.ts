// test/soundness/log.ts: requests to Atlas and what the responses showed, as Atlas knows them.
import type { Endpoint } from './outside/atlas.ts';
import type { Job, Kind, Tier } from './outside/world.ts';
import type { Process } from './process.ts';

export interface Asker {
  process: Process;
  runId: string;
  /** The run is over everything. */
  isWhole: boolean;
  /** It came to its end by itself, and without an error. */
  endedWell: boolean;
}

/** One request that was answered with a list. */
export interface Entry {
  at: number;
  process: Asker;
  account: string;
  endpoint: Endpoint;
  /** Nothing of it was hidden. */
  isHonest: boolean;
  /** An element of it could not be read, and has to be told as a problem; all others could. */
  isPartial?: boolean;
  /** Ids. */
  projects: ReadonlySet<string>;
  clusters: ReadonlySet<string>;
  jobs: readonly Job[];
}

export class Log {
  readonly entries: Entry[] = [];
  /** Jobs that were shown in a shape that nobody can read. */
  readonly distorted = new Set<string>();
}

export const isListOf = ({ endpoint, isHonest }: Entry, projectId: string, tier: Tier) =>
  isHonest &&
  endpoint.what === 'clusters' &&
  endpoint.projectId === projectId &&
  endpoint.list === (tier === 'free' ? 'dedicated' : tier);

export const isJobsOf = (
  { endpoint, isHonest, isPartial }: Entry,
  { projectId, clusterName, kind }: { projectId: string; clusterName: string; kind: Kind },
  problems = 0,
) =>
  (isHonest || (isPartial === true && problems > 0)) &&
  endpoint.what === 'jobs' &&
  endpoint.projectId === projectId &&
  endpoint.clusterName === clusterName &&
  endpoint.kind === kind;
