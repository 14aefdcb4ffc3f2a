// functions/collector/project/collection.ts: the state of one task while its project is collected.

import type { AtlasUsage } from '../../atlas/model/atlas.ts';
import type { AtlasError } from '../../atlas/model/errors.ts';
import { MAX_EVENT_AGE_HOURS } from '../../ledger/model/backfill.ts';
import type { ProjectCoverage, Revisions } from '../../ledger/model/coverage.ts';
import { type ClusterFailure, noCounts, type RunCounts } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import { PARALLEL_LISTS, type SharedLimits, sharedLimits } from '../../platform/limits.ts';
import { type CompiledRules, compileRules } from '../../restore/rules/compile-rules.ts';
import { rulesDigest } from '../../restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../restore/rules/rules.ts';
import { KINDS, type Kind } from '../../schema/words.ts';
import { Announcements } from '../evaluate/announcements.ts';
import { ProjectNames } from '../evaluate/project-names.ts';
import { AtlasTime } from '../list/atlas-time.ts';
import { KnownJobs } from '../list/known-jobs.ts';
import { PrefetchedLists } from '../list/prefetch.ts';
import { DAY_MS } from '../list/watermark.ts';
import type { CollectTask } from '../task/task.ts';
import type { CollectPorts } from './ports.ts';
import type { ListAttempt } from './project-coverage.ts';

export interface CollectOptions {
  /** Kinds of restore job to read. @default all */
  kinds?: readonly Kind[];
  /** Clusters to read, by name. @default every one */
  wantsCluster?(clusterName: string): boolean;
  /** What jobs are checked against. @default DEFAULT_RULES */
  rules?: Rules;
  /** A job that ended longer ago than this emits no events when it is first seen, in hours. @default 24 */
  maxEventAgeHours?: number;
  /** Lists read at once. Memory grows with it: a page of 500 jobs each. @default PARALLEL_LISTS */
  parallelLists?: number;
  /** What is shared with projects that are collected at the same time. @default nothing */
  limits?: SharedLimits;
  /** How old the last full reading may be before the next one is made, in ms. @default a day */
  fullEveryMs?: number;
  /** When to follow up a project with a running job, in ms. 0: never. @default 60_000 */
  followMs?: number;
  /** Records are sent to a hub, so revisions are counted. @default where they were counted before */
  forwardsRecords?: boolean;
  /** Kept back for writing the coverage and the next message, in ms. @default 15_000 */
  reserveMs?: number;
  /** Messages that one task may take before what is left counts as failed. @default 100 */
  maxMessages?: number;
}

export const EVERY_CLUSTER = () => true;

export interface Collection {
  readonly task: CollectTask;
  readonly ports: CollectPorts;
  readonly options: Required<CollectOptions>;
  readonly time: AtlasTime;
  /** By our clock, which may not be measured yet. */
  readonly startedMs: number;
  readonly usageBefore: AtlasUsage;
  /** The coverage that was read, as far as it is believed. */
  stored: ProjectCoverage | undefined;
  /** Its clusters, after the discovery of this task. */
  clusters: ProjectCoverage['clusters'];
  /** By that coverage. */
  isLetGo(jobId: string): boolean;
  readonly rules: CompiledRules;
  readonly rulesDigest: string;
  readonly names: ProjectNames;
  readonly announcements: Announcements;
  readonly known: KnownJobs;
  /** Ids of jobs that are new to the table. */
  readonly newIds: string[];
  /** Of these, those requested before their list was last read: they may have been in the table before. */
  readonly lateIds: string[];
  /** Entries that this task added to the histories of jobs. */
  revisionsWritten: number;
  /** All that the project has, where it was time to count them. */
  revisionsCounted: Revisions | undefined;
  /** Request time of the oldest job that nobody has been named for. */
  unattributedFrom: string | undefined;
  readonly prefetched: PrefetchedLists;
  readonly attempts: ListAttempt[];
  readonly failures: ClusterFailure[];
  readonly counts: RunCounts;
  clustersLeftOut: number | undefined;
  /** Lists that time, or Atlas's rate limit, left. */
  listsLeft: number;
  /** Those left by the rate limit, or by a call that took too long. */
  readonly left: ClusterFailure[];
  /** The longest Retry-After, in ms. */
  stayAwayMs: number;
}

export function beginCollection(task: CollectTask, ports: CollectPorts, options: CollectOptions): Collection {
  const all = withDefaults(options, ports.ledger.parallelWrites);
  const time = new AtlasTime(ports);
  const collection: Collection = {
    task,
    ports,
    options: all,
    time,
    startedMs: ports.now(),
    usageBefore: { ...ports.atlas.usage },
    stored: undefined,
    clusters: {},
    isLetGo: () => false,
    rules: compileRules(all.rules),
    rulesDigest: rulesDigest(all.rules),
    names: new ProjectNames(ports, task),
    announcements: new Announcements({
      ...{ projectId: task.projectId, ledger: ports.ledger, now: time.now },
      stored: () => collection.stored,
    }),
    known: new KnownJobs(task.projectId, ports.ledger),
    newIds: [],
    lateIds: [],
    revisionsWritten: 0,
    revisionsCounted: undefined,
    unattributedFrom: undefined,
    prefetched: new PrefetchedLists(),
    attempts: [],
    failures: [],
    counts: noCounts(),
    clustersLeftOut: undefined,
    listsLeft: 0,
    left: [],
    stayAwayMs: 0,
  };
  return collection;
}

const withDefaults = (
  { parallelLists = PARALLEL_LISTS, ...options }: CollectOptions,
  parallelWrites: number | undefined,
): Required<CollectOptions> => ({
  parallelLists,
  ...{ kinds: KINDS, wantsCluster: EVERY_CLUSTER, rules: DEFAULT_RULES, maxEventAgeHours: MAX_EVENT_AGE_HOURS },
  ...{ fullEveryMs: DAY_MS, followMs: 60_000, reserveMs: 15_000, maxMessages: 100, forwardsRecords: false },
  limits: sharedLimits(parallelLists, parallelWrites),
  ...defined(options),
});

/** True for a follow-up of running jobs, which discovers no clusters. */
export const isFollow = ({ task }: Pick<Collection, 'task'>) => task.followAt !== undefined;

export const outOfTime = ({ ports, options }: Collection) => ports.timeLeftMs() <= options.reserveMs;

/** True where another message of the task may take up what is left. */
export const mayGoOn = ({ task, options }: Collection) => (task.progress?.messages ?? 1) < options.maxMessages;

/** True for a wait that didn't fit into the time left, and for a call that the end of that time cut off. */
export const isForLater = (collection: Collection, error: AtlasError): boolean =>
  mayGoOn(collection) && (error.code === 'ATLAS_RATE_LIMITED' || (wasUnanswered(error) && outOfTime(collection)));

/** It may be answered later; a closed client answers nothing any more. */
const wasUnanswered = (error: AtlasError) => error.transient || error.status === undefined;

/** Leaves one list to a later message. Others are read all the same: they may be in another of Atlas's buckets. */
export function leave(
  collection: Collection,
  error: AtlasError,
  list: Pick<ClusterFailure, 'clusterName' | 'what'>,
): void {
  const { code, message, retryAfterMs = 0 } = error;
  collection.listsLeft += 1;
  collection.left.push({ ...list, code, message });
  if (code === 'ATLAS_RATE_LIMITED') collection.stayAwayMs = Math.max(collection.stayAwayMs, retryAfterMs, 1_000);
}

export function fail({ task, ports, failures }: Collection, failure: ClusterFailure): void {
  const { runId, projectId } = task;
  const { message: reason, ...fields } = failure;
  failures.push(failure);
  ports.log.warn('could not be read', { runId, projectId, ...fields, reason });
}
