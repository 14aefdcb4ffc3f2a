// functions/ledger/model/run.ts: one pass of the collector over everything, one project or one cluster.

export type RunTrigger = 'schedule' | 'request' | 'command';

export interface RunScope {
  projectId?: string;
  clusterName?: string;
}

/** What happened, counted. Sums over projects. */
export interface RunCounts {
  /** Clusters whose lists were to be read; free ones have none. */
  clusters: number;
  /** Lists of restore jobs read completely. */
  listsRead: number;
  /** Clusters of which at least one list, or whose discovery, failed. */
  clustersFailed: number;
  jobsSeen: number;
  jobsNew: number;
  jobsChanged: number;
  /** Jobs that Atlas no longer lists. */
  jobsVanished: number;
  /** Jobs recorded for the first time long after they had ended: they emit no events. */
  jobsOld: number;
  /** Findings added to jobs. */
  findings: number;
  /** Jobs that could not be understood. */
  problems: number;
  atlasRequests: number;
  throttles: number;
  /** Time spent waiting because Atlas asked for it, in ms. */
  waitedMs: number;
  /** Projects whose events could not be read: who asked for their new restores is not known. */
  eventsFailed: number;
}

export interface ClusterFailure {
  /** Absent: the whole project, or one of its cluster lists. */
  clusterName?: string;
  /** What was being read: a kind of restore job, or a list of clusters. */
  what: string;
  code: string;
  message: string;
  /** In a run: the failure is about this project. */
  projectId?: string;
  projectName?: string;
}

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

/** complete: everything was read. incomplete: something was not. failed: nothing was read. */
export type PartStatus = 'complete' | 'incomplete' | 'failed';

/** A run's part for one project. */
export interface RunPart {
  projectId: string;
  projectName: string;
  status: PartStatus;
  startedAt: string;
  finishedAt: string;
  counts: RunCounts;
  /** At most the first hundred; `counts.clustersFailed` counts all. */
  failures: ClusterFailure[];
  /** How many clusters the project has, if the settings exclude all of them. */
  clustersLeftOut?: number;
}

export interface Run {
  /** 24 hex digits; the first 8 are the second it began, as in Atlas's own ids. */
  runId: string;
  trigger: RunTrigger;
  scope: RunScope;
  /** True where every list is to be read to its end. */
  full: boolean;
  startedAt: string;
  /** How many projects it covers; absent until the plan is made. */
  projects?: number;
  /** `running` until every project has its part, or nothing was heard of it for too long. */
  status: 'running' | PartStatus;
  finishedAt?: string;
  /** Present once it is finished. */
  counts?: RunCounts;
  /** Why no plan could be made, or which credentials failed. At most the first hundred. */
  failures: ClusterFailure[];
}

export const noCounts = (): RunCounts => ({
  clusters: 0,
  listsRead: 0,
  clustersFailed: 0,
  jobsSeen: 0,
  jobsNew: 0,
  jobsChanged: 0,
  jobsVanished: 0,
  jobsOld: 0,
  findings: 0,
  problems: 0,
  atlasRequests: 0,
  throttles: 0,
  waitedMs: 0,
  eventsFailed: 0,
});

export const addCounts = (a: RunCounts, b: RunCounts): RunCounts => {
  const sum = noCounts();
  for (const name of Object.keys(sum) as (keyof RunCounts)[]) sum[name] = a[name] + b[name];
  return sum;
};
