// functions/ledger/model/run.ts: the record of one pass of the collector over everything, one project or one cluster.
import type * as z from 'zod/mini';
import type { clusterFailure, run, runCounts, runPart, runScope } from '../../schema/run.ts';

export type RunScope = z.infer<typeof runScope>;

/** What happened, counted. Sums over projects. */
export type RunCounts = z.infer<typeof runCounts>;

export interface ClusterFailure extends z.infer<typeof clusterFailure> {}

/** A run's part for one project. */
export interface RunPart extends z.infer<typeof runPart> {}
export type PartStatus = RunPart['status'];

export interface Run extends z.infer<typeof run> {}
export type RunTrigger = Run['trigger'];

/** The failure of a run that was ended because it no longer showed any sign of life. */
export const RUN_DIED = 'RUN_DIED';

/** A project that a run was to read. */
export interface PlannedProject {
  projectId: string;
  projectName: string;
}

export interface UnfinishedRun {
  run: Run;
  /** As it was started with. */
  maker?: string;
}

/** A run with what has come in so far. */
export interface RunRecord {
  run: Run;
  parts: RunPart[];
  /** Absent: nothing is planned yet. */
  planned?: PlannedProject[];
}

export const noCounts = (): RunCounts => ({
  clusters: 0,
  listsRead: 0,
  clustersFailed: 0,
  jobsSeen: 0,
  jobsNew: 0,
  jobsChanged: 0,
  jobsVanished: 0,
  jobsBackfilled: 0,
  findings: 0,
  firstLists: 0,
  firstFindings: 0,
  firstOverdue: 0,
  problems: 0,
  atlasRequests: 0,
  throttles: 0,
  waitedMs: 0,
  eventsFailed: 0,
});

/** A count that a stored run lacks is 0. */
export function addCounts(a: Partial<RunCounts>, b: Partial<RunCounts>): RunCounts {
  const sum = noCounts();
  for (const name of Object.keys(sum) as (keyof RunCounts)[]) sum[name] = (a[name] ?? 0) + (b[name] ?? 0);
  return sum;
}
