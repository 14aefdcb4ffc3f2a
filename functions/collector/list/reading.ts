// functions/collector/list/reading.ts: the state of one attempt at reading a list, and its result.

import type { LimitFunction } from 'p-limit';
import type { Atlas, JobList } from '../../atlas/model/atlas.ts';
import type { ListCoverage, Problem, Resume } from '../../ledger/model/coverage.ts';
import type { Ledger, Outcome, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import type { RestoreJob, Source } from '../../restore/job.ts';
import type { Status } from '../../schema/words.ts';
import type { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import type { AtlasTime } from './atlas-time.ts';
import { type ClusterMade, CompletedRestores, type Successes } from './completed-restores.ts';
import { Fingerprints } from './fingerprints.ts';
import type { KnownJobs } from './known-jobs.ts';
import { ListWindow } from './list-window.ts';
import type { PrefetchedList } from './prefetch.ts';
import { DAY_MS, Watermark } from './watermark.ts';

export interface ReadListPorts {
  atlas: Pick<Atlas, 'job'>;
  ledger: Ledger;
  time: AtlasTime;
  known: KnownJobs;
  /** True when the reading should stop at the next page, so that nothing is cut off half-way. */
  outOfTime(): boolean;
  /** True when someone waits for the end: then what is left of a page waits, too. @default never */
  isStopped?(): boolean;
  evaluator: RuleEvaluator;
  /** For each job written. */
  writes: LimitFunction;
  onRecorded?(recorded: Recorded, source: Source): void;
  /** @default none is */
  isLetGo?(jobId: string): boolean;
}

export interface ListTask {
  list: JobList;
  /** That it is of. */
  cluster: ClusterMade;
  source: Source;
  runId: string;
  /** What the coverage knew of this list. */
  stored: ListCoverage | undefined;
  /** Read to the end, and find jobs that have vanished. */
  full: boolean;
  /** Where an earlier message of the same task stopped. */
  resume?: Resume | undefined;
  /** Whose first page has been answered. */
  prefetched: PrefetchedList;
}

export type ListCounts = Record<Outcome | 'vanished' | 'seen' | 'problems', number>;

export const noListCounts = (): ListCounts => ({
  new: 0,
  changed: 0,
  progress: 0,
  same: 0,
  stale: 0,
  'let-go': 0,
  vanished: 0,
  seen: 0,
  problems: 0,
});

/** What one attempt found out. */
export interface ListReading {
  startedAt: string;
  /** By the later of two clocks: no job that it saw was requested after that. */
  latestAt: string;
  complete: boolean;
  /** The list was read to its end, and every job that the table has of it was on it or is confirmed to have vanished. */
  full: boolean;
  /** What does not add up. The reading can't be relied on, though what it recorded is true. */
  doubt: string | undefined;
  /** Jobs of this list in the ledger; known after a full reading only. */
  total: number | undefined;
  counts: Readonly<ListCounts>;
  open: number;
  /** Open jobs to follow up every minute. */
  moving: number;
  settledThrough: string;
  recent: Record<string, string>;
  problems: Problem[];
  /** The restores that were completed, and those that may have been. */
  successes: Successes;
  resume?: Resume;
}

/** Memory: a page, and an id for each job of it; in a full reading of all of the list's, with a fingerprint. */
export interface Reading {
  readonly task: ListTask;
  readonly ports: ReadListPorts;
  /** When its first page was requested, or that of the earlier message that it goes on from. */
  readonly startedAt: string;
  /** When its part of this message was requested, by the later of two clocks. */
  readonly latestAt: string;
  /** When it was requested, not when it is processed: of two answers the one requested later wins. */
  readonly requestedAt: string;
  /** Jobs requested before this are known and settled. Absent: read all. */
  readonly settledThrough: string | undefined;
  readonly fingerprints: Fingerprints;
  readonly watermark: Watermark;
  readonly window: ListWindow;
  readonly successes: CompletedRestores;
  readonly counts: ListCounts;
  readonly problems: Problem[];
  /** Request time of the oldest job whose requester isn't known yet. */
  unattributedFrom: string | undefined;
  /** A job was met that the table had. */
  metKnown: boolean;
  /** Jobs of the list that the table had not. */
  unknown: number;
  /** Jobs of the last page were left, as the run was stopped. */
  cutPage: boolean;
  /** The first that was found. */
  doubt: string | undefined;
  /** Jobs may be missing from the list that were not confirmed by Atlas. */
  unproven: boolean;
}

export function beginReading(task: ListTask, ports: ReadListPorts): Reading {
  const { cluster, full, resume, stored, prefetched } = task;
  const requestedAt = ports.time.at(prefetched.requestedMs);
  const startedAt = resume?.startedAt ?? requestedAt;
  return {
    task,
    ports,
    startedAt,
    latestAt: ports.time.latestAt(prefetched.requestedMs),
    requestedAt,
    settledThrough: full ? undefined : stored?.settledThrough,
    fingerprints: new Fingerprints(stored?.recent ?? {}),
    watermark: new Watermark(startedAt, resume),
    window: new ListWindow(resume),
    successes: new CompletedRestores(cluster, stored),
    counts: noListCounts(),
    problems: [],
    unattributedFrom: undefined,
    metKnown: false,
    unknown: 0,
    cutPage: false,
    doubt: resume?.doubt,
    unproven: resume?.unproven ?? false,
  };
}

export function raiseDoubt(reading: Reading, doubt: string) {
  reading.doubt ??= doubt;
}

export const sightingOf = ({ task, requestedAt, ports }: Reading): Sighting => ({
  runId: task.runId,
  observedAt: requestedAt,
  now: ports.time.now,
  isLetGo: ports.isLetGo,
  ...(isFirst(task.stored) ? { firstReading: true } : {}),
});

/** No reading of the list was completed, nor did Atlas ever say that there is none. */
export const isFirst = (stored: ListCoverage | undefined): boolean =>
  stored === undefined || [stored.readAt, stored.notInPlan, stored.notThere].every((known) => known === undefined);

/** A job as the ledger holds it now. */
export function hold({ watermark, fingerprints }: Reading, jobId: string, print: string, status: Status) {
  watermark.hold(jobId, status);
  fingerprints.hold(jobId, print);
}

export function notAttributed(reading: Reading, { requestedAt: at }: Pick<RestoreJob, 'requestedAt'>) {
  if (reading.unattributedFrom === undefined || at < reading.unattributedFrom) reading.unattributedFrom = at;
}

/** @param total jobs of the list in the table, where that is known */
export function resultOf(reading: Reading, { complete, total }: { complete: boolean; total?: number }): ListReading {
  const { task, startedAt, latestAt, watermark, doubt } = reading;
  const aDayAgo = new Date(Date.parse(startedAt) - DAY_MS).toISOString();
  const settledThrough = watermark.settledThrough();
  return {
    startedAt,
    latestAt,
    complete,
    full: task.full && complete && !reading.unproven && doubt === undefined,
    doubt,
    total,
    counts: reading.counts,
    open: watermark.count(() => true),
    moving: watermark.count((at, status) => status !== 'READY' && at >= aDayAgo),
    settledThrough,
    recent: reading.fingerprints.next(settledThrough, !task.full),
    problems: reading.problems,
    successes: reading.successes.seen,
  };
}

/** For the message that goes on. @param page the next to read */
export function resumeAt({ task, startedAt, window, watermark, unproven, doubt }: Reading, page: number): Resume {
  const { descending, checked } = window;
  return {
    full: task.full,
    page,
    startedAt,
    descending,
    ...defined({ checked, doubt }),
    ...(unproven || !descending ? { unproven: true } : {}),
    ...watermark.forResume(),
  };
}
