// functions/ledger/model/coverage.ts: what was read of a project, and when: the evidence that nothing is missing.

import type * as z from 'zod/mini';
import type { Cluster, ClusterList } from '../../atlas/model/atlas.ts';
import type { Drill } from '../../restore/rules/drill.ts';
import type { Tag } from '../../restore/tags/tag.ts';
import type { coverageOfList, failure, problem } from '../../schema/coverage.ts';
import type { completedRestore } from '../../schema/drill.ts';
import type { Kind, Status } from '../../schema/words.ts';
import type { LetGo } from '../let-go/let-go.ts';
import { digest } from './fingerprint.ts';

/** `message` holds no credential and no URL. */
export type Failure = z.infer<typeof failure>;
/** An element of a list that has no id. */
export type Problem = z.infer<typeof problem>;
/** A restore that shows that a cluster's backups work. */
export type CompletedRestore = z.infer<typeof completedRestore>;

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
  /** How far down the list every job that is known of it was found, was confirmed to have vanished, or is the doubt. */
  checked?: { requestedAt: string; jobIds: string[] };
  /** Of a full reading: something was left to confirm. However it ends, it proves nothing. */
  unproven?: true;
  /** What did not add up so far: the reading can't be relied on, however it ends. */
  doubt?: string;
}

/** How far it is known who requested the restores of a project. */
export interface AttributionCoverage {
  /** Request time of the oldest job that is still to be looked into. */
  from?: string;
  /** When events are to be read for it again, unless new jobs come first. */
  dueAt?: string;
  /** When events were last read successfully. */
  readAt?: string;
  error?: Failure;
}

/** Consecutive answers that there is no such list: when the first was requested, and the last. ISO 8601 in UTC. */
export interface Absence {
  since: string;
  at: string;
  /** What the list held before the first isn't known: it existed, or had not been read for more than `CONTINUITY_MS`. */
  unsure?: true;
}

/** One list of restore jobs: a cluster has one for each kind. What is public of it is described in functions/schema/coverage.ts. */
export interface ListCoverage extends Omit<z.infer<typeof coverageOfList>, 'state'> {
  /** The run that made the last attempt, while more messages of that run are to come: what another run did is not done for this one. */
  attemptedBy?: string;
  /** By the later of two clocks: no job that the reading of `readAt` saw was requested after that. Absent: `readAt`. */
  readAtLatest?: string;
  /** Every job requested before this moment is in the ledger and settled. */
  settledThrough?: string;
  /**
   * Fingerprints, as the ledger holds them, of the newest jobs of the list, settled or not. A hint that saves looking them up in
   * the table, no more: one that is left out, or differs, is looked up.
   */
  recent?: Record<string, string>;
  /** Open jobs that run or wait to, and were requested within a day before `readAt`: worth a look every minute. */
  moving: number;
  /** A reading that ran out of time goes on from here. */
  resume?: Resume;
  /** How long the newest completed restores took, in seconds, oldest first: at most `MAX_DURATIONS`. */
  durations?: number[];
  /** Since when Atlas says that the cluster's plan has no such list, so that nothing is in it. Kept once the list is gone. */
  notInPlan?: Absence;
  /** Since when Atlas says that the list of a cluster that is gone, or of another tier by now, is not there any more. */
  notThere?: Absence;
  /**
   * Atlas took back the last completed restore after older ones had been let go: one of those may be the last now, and finished by
   * then. ISO 8601
   */
  letGoUntil?: string;
  /** Since when each attempt was answered that the list is not there, which is not believed yet. Any other outcome clears it. */
  deniedSince?: string;
}

export interface ClusterCoverage {
  clusterName: string;
  clusterId?: string;
  tier: Cluster['tier'];
  firstSeenAt: string;
  /** When discovery last found it. */
  seenAt: string;
  /** Deleted, but its backups are kept, so its jobs are still listed. */
  deleted?: true;
  /** When discovery first no longer found it. Its jobs stay. */
  goneAt?: string;
  /**
   * When discovery first no longer found it, as long as that is not confirmed: by Atlas, which says of each of its lists that
   * there is no such cluster, or by a discovery an hour later. Its lists are read all the same.
   */
  missingSince?: string;
  /** As Atlas had them when discovery last found it. Absent: not known. */
  tags?: Tag[];
  /** Atlas makes no backups of it. */
  backupsOff?: true;
  paused?: true;
  lists: Partial<Record<Kind, ListCoverage>>;
  /** Absent where no restore is expected. */
  drill?: Drill;
  /** In place of `drill`: which one is asked of it depends on tags that are not known. */
  drillNotKnown?: true;
  /** The ids of restores with a verdict that the collector found its evidence to rest on: they are read, and kept, for good. */
  evidence?: string[];
  /** When the last restore finished that was let go, and was proof by what a drill needed then. ISO 8601 */
  provenLetGo?: string;
}

/** The lists of restore jobs that a cluster of a tier has. */
export const LISTS_OF: Record<Cluster['tier'], readonly Kind[]> = {
  dedicated: ['dedicated', 'collection'],
  flex: ['flex'],
  serverless: ['serverless'],
  free: [], // M0 has no backups
};

/** A span of time, ISO 8601. */
export interface Interval {
  from: string;
  until: string;
}

export interface DiscoveryCoverage {
  attemptedAt: string;
  readAt?: string;
  error?: Failure;
  /** Since when Atlas says that there is no such list. */
  absentSince?: string;
  /**
   * Intervals longer than `CONTINUITY_MS` between two readings: a cluster that was made and deleted within one is not known.
   * Oldest first, at most the last 100.
   */
  unread?: Interval[];
  /** Start of the first reading. */
  since?: string;
}

/**
 * How far apart two readings of a list of clusters may be for the time between them to count as watched, in ms: a daily schedule,
 * and two hours for a run that is late. What a cluster can do between two readings that are closer is a stated limit.
 */
export const CONTINUITY_MS = 26 * 3_600_000;

const MAX_INTERVALS = 100;

/** With one more at the end; of too many, the oldest become one. */
export function withInterval(intervals: readonly Interval[] = [], interval: Interval): Interval[] {
  const [oldest = interval, second = interval, ...rest] = [...intervals, interval];
  if (intervals.length < MAX_INTERVALS) return [...intervals, interval];
  return [{ from: oldest.from, until: second.until }, ...rest];
}

/** Jobs that were missing from the table, and were recorded again. */
export interface Repair {
  at: string;
  runId: string;
  jobs: number;
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
  /** Stands for each cluster that was moved to an item of its own, as of `archiveMark`: these must be in the table. */
  archived?: string[];
  /** When the next look at this project's open jobs is due, if one is queued. */
  followAt?: string;
  attribution?: AttributionCoverage;
  /** Digest of the rules that open jobs were last evaluated against. */
  rules?: string;
  /** Oldest first, at most the last 20. */
  repairs?: Repair[];
  /** Since when it is kept anew: there was one before, and it was lost. */
  restartedAt?: string;
  /** How many jobs the table must have of this project: what was counted last, and what was new since, without those let go. */
  recorded?: number;
  /** Stands for the ids of these jobs, as of functions/ledger/model/id-set.ts. */
  recordedIds?: string;
  /** Absent: none was. */
  letGo?: LetGo;
  /** Of a ledger that sends its records to a hub: how many revisions the histories of its jobs have. */
  revisions?: Revisions;
}

/** The sum of the jobs' revisions. It only grows, and of a job nobody else has a later one: whoever holds fewer in all lacks some. */
export interface Revisions {
  /** At least: what other writers than collectors added may be counted later. */
  total: number;
  /** When all of them were last counted; those that collectors wrote since are added. ISO 8601 */
  countedAt: string;
}

/** What the overview says of the coverage of all projects, in the order of the page. */
export const COVERAGE_NUMBERS = [
  ...(['clusters', 'covered', 'unread', 'attention', 'expected', 'overdue', 'drillsUnknown'] as const),
] as const;

/**
 * `clusters`: that are there and backed up. `covered`: of these, those proven complete. `unread`: projects of which nobody knows the
 * clusters. `attention`: clusters and projects that are failing, not visible, never read, stale or late. `expected`, `overdue`,
 * `drillsUnknown`: drills; of the last, nobody knows whether they are overdue.
 */
export type CoverageNumbers = Record<(typeof COVERAGE_NUMBERS)[number], number>;

/** A number as it changes by time alone. */
export interface Timeline {
  /** In slot 0. */
  start: number;
  /** Pairs, in order: a slot, and what is added from that slot on. */
  steps: number[];
}

/** These numbers as of one moment, and as they change from then on by time alone. Times are ISO 8601. */
export interface CoverageTotals {
  countedAt: string;
  /** How far ahead they are known. */
  until: string;
  /** The length of a slot of time: a number is that of the slot's end. In ms. */
  slotMs: number;
  /** Without a reading for so long a cluster counted as late, in ms. */
  lateAfterMs: number;
  numbers: Record<(typeof COVERAGE_NUMBERS)[number], Timeline>;
  projects: number;
  /** Clusters that were read at least once, and their projects. */
  read: { clusters: number; projects: number };
  /** Of all projects, by id. Absent of more than `NAMED_PROJECTS`, or where their names are too long, or by an earlier version. */
  names?: Record<string, string>;
}

/** Projects whose names are kept with the totals, and that a form lists. */
export const NAMED_PROJECTS = 200;

/** What an archived cluster's item is named after, beside its name: that can be used again. */
export const incarnationOf = ({ clusterId, goneAt, firstSeenAt }: ClusterCoverage): string =>
  clusterId ?? goneAt ?? firstSeenAt;

/** 8 characters: 48 bits are enough to distinguish a project's clusters. */
export const archiveMark = (cluster: ClusterCoverage): string =>
  digest([cluster.clusterName, incarnationOf(cluster)]).slice(0, 8);

/** A cluster of a project by its name, which may be any word, `constructor` included. */
export const clusterNamed = (clusters: Record<string, ClusterCoverage>, name: string): ClusterCoverage | undefined =>
  Object.hasOwn(clusters, clusterKey(name)) ? clusters[clusterKey(name)] : undefined;

/** What a cluster stands under in a coverage: its name, unless that would name an object's prototype. */
export const clusterKey = (name: string): string => (name === '__proto__' ? '__proto__\u0000' : name);
