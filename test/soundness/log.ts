// test/soundness/log.ts is what Atlas was asked and what it showed, as Atlas knows it.
import type { Endpoint } from './atlas.ts';
import type { Process } from './process.ts';
import type { Job, Kind, Tier } from './world.ts';

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

export const isJobsOf = ({ endpoint, isHonest }: Entry, projectId: string, clusterName: string, kind: Kind) =>
  isHonest &&
  endpoint.what === 'jobs' &&
  endpoint.projectId === projectId &&
  endpoint.clusterName === clusterName &&
  endpoint.kind === kind;
