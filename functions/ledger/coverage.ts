// functions/ledger/coverage.ts is the shape of the proof that nothing was missed: what was read, when, and what wasn't.
import type { Cluster, ClusterList } from '../atlas/atlas.ts';
import type { Kind, Status } from '../restore/job.ts';

/** Something that went wrong and what to call it. `message` holds no credential and no URL. */
export interface Failure {
  /** An AtlasErrorCode, or `LEDGER` for a failure of our own store. */
  code: string;
  message: string;
  /** Since when every attempt has failed. */
  since: string;
}

/** A job that was listed but could not be understood, so that it is at least known to exist. */
export interface Problem {
  /** As sent, where it was a string. */
  jobId?: string;
  /** The field that didn't fit. */
  field: string;
  expected: string;
  came: string;
}

/** What a reading knew when its time ran out. */
export interface Resume {
  /** Whether it was to read the list to its end. */
  full: boolean;
  /** The page to go on from. What was on the pages before it can only have moved on to later ones: lists are newest first. */
  page: number;
  startedAt: string;
  /** Whether every page so far was newest first. */
  descending: boolean;
  /** Request time of the oldest job that has to be looked at again. */
  unsettledFrom?: string;
  /** The open jobs so far, with their status. */
  open: Record<string, Status>;
}

/** One list of restore jobs: a cluster has one for each kind. Times are ISO 8601 in UTC. */
export interface ListCoverage {
  /** Start of the last attempt. */
  attemptedAt: string;
  /** Start of the last attempt that read everything that could have changed. */
  readAt?: string;
  /** Start of the last attempt that read the list to its end. */
  fullReadAt?: string;
  /** Every job requested before this moment is in the ledger and settled. */
  settledThrough?: string;
  /** Fingerprints, as the ledger holds them, of the jobs requested at or after `settledThrough`. Absent: too many to keep here. */
  recent?: Record<string, string>;
  /** Jobs of this list in the ledger, as of the last full read and what was new since. */
  jobs: number;
  /** Jobs that are open, as of `readAt`. */
  open: number;
  /** Those of them that run or wait to, and were requested within a day before `readAt`: worth a look every minute. */
  moving: number;
  /** A reading that ran out of time goes on from here. */
  resume?: Resume;
  /** When the newest restore that was completed finished; a download is none. */
  lastCompletedAt?: string;
  /** Atlas's code, where it answered that there is no such list: another tier, past its sunset, gone. Not a failure. */
  answer?: string;
  error?: Failure;
  /** At most the first ten of the last read. */
  problems?: Problem[];
  /** How many there were. */
  problemCount?: number;
}

export interface ClusterCoverage {
  clusterName: string;
  clusterId?: string;
  tier: Cluster['tier'];
  firstSeenAt: string;
  /** When discovery last found it. */
  seenAt: string;
  /** When discovery first no longer found it. Its jobs stay. */
  goneAt?: string;
  lists: Partial<Record<Kind, ListCoverage>>;
}

export interface DiscoveryCoverage {
  attemptedAt: string;
  readAt?: string;
  error?: Failure;
  /** The endpoint answered 404, 410 or nothing at all, so it is asked only on full runs. Serverless only. */
  off?: boolean;
}

export interface ProjectCoverage {
  projectId: string;
  projectName: string;
  orgId?: string;
  /** Counts the writes; a write is refused unless it names the one it read. */
  revision: number;
  /** Run that wrote it last. */
  runId: string;
  discovery: Partial<Record<ClusterList, DiscoveryCoverage>>;
  clusters: Record<string, ClusterCoverage>;
  /** When the next look at this project's open jobs is due, if one is queued. */
  followAt?: string;
}

/** A cluster of a project by its name, which may be any word, `constructor` included. */
export const clusterNamed = (clusters: Record<string, ClusterCoverage>, name: string): ClusterCoverage | undefined =>
  Object.hasOwn(clusters, name) ? clusters[name] : undefined;
