// functions/views/pictures/drill-months.ts: in which months a cluster's backup was restored, and in which of the others that is known.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import { lastRestore } from '../../proof/drill-state.ts';
import type { Gap } from '../../proof/gap.ts';
import { isWholeRestore } from '../../restore/drills/judged.ts';
import { MAX_RUN_MS } from '../../restore/status.ts';
import { isUnderstood } from '../../restore/understood.ts';
import { type CellState, clusterLine } from './coverage-cells.ts';
import { BEGINNING, type PicturedJob } from './jobs.ts';
import type { Span } from './spans.ts';

/**
 * restored: a whole backup was. missing: none was, and every restore requested then is on record, has ended and was understood. due: none so far,
 * and not proven yet, or one is under way.
 * unknown: none is known of, and there may have been some. none: nothing can be restored, or it is out of scope. absent: there was no such cluster, or the time has not come.
 */
export type MonthState = 'restored' | 'missing' | 'due' | 'unknown' | 'none' | 'absent';

export interface DrillMonth extends Span {
  state: MonthState;
  /** Restores of a whole backup requested then, and completed. */
  restores: number;
}

export interface DrillLine {
  projectId: string;
  projectName: string;
  clusterName: string;
  months: DrillMonth[];
}

const WITHOUT: Record<CellState, MonthState> = {
  proven: 'missing',
  due: 'due',
  absent: 'absent',
  hole: 'unknown',
  before: 'unknown',
  'let-go': 'unknown',
  none: 'none',
};

export interface ReadOfCluster {
  /** Of the cluster, any that were read. */
  jobs: readonly PicturedJob[];
  /** Every job of the cluster requested at or after it was read, ISO 8601. */
  readFrom: string;
  /** Jobs of every status and kind were: as many as Atlas lists must be there, or none can be said to be missing. @default false */
  ofAll?: boolean;
}

/** @param now in ms since the epoch @param beyond as of `clusterLine` */
export function drillLine(
  facts: ProjectFacts,
  cluster: ClusterCoverage,
  { jobs, readFrom, ofAll = false }: ReadOfCluster,
  months: readonly Span[],
  now: number,
  beyond: readonly Gap[] = [],
): DrillLine {
  const { projectId, projectName } = facts;
  const { clusterName } = cluster;
  const moments = new Map(jobs.filter(isWholeRestore).map(({ jobId, requestedAt }) => [jobId, requestedAt]));
  const last = lastRestore(cluster);
  if (last) moments.set(last.jobId, last.requestedAt);
  const isShort = ofAll && readFrom === BEGINNING && listedJobs(cluster) > jobs.length;
  const { cells } = clusterLine(facts, cluster, months, now, beyond);
  const unclear = jobs.filter(isUnclear);
  const unseen = ofAll ? { open: false, notUnderstood: false } : unseenOf(cluster);
  return {
    ...{ projectId, projectName, clusterName },
    months: cells.map(({ since, until, state }) => {
      const restores = [...moments.values()].filter((at) => at >= since && at < until).length;
      const isUnread = since < readFrom || isShort;
      const other = unclear.filter(({ requestedAt }) => requestedAt >= since && requestedAt < until);
      const isUnknown = isUnread || unseen.notUnderstood || other.some((job) => !isUnderWay(job));
      const isUnderway = other.length > 0 || (unseen.open && Date.parse(until) > now - MAX_RUN_MS);
      const none = state === 'proven' && isUnderway ? 'due' : WITHOUT[state];
      const without = isUnknown && state !== 'absent' && state !== 'none' ? 'unknown' : none;
      return { since, until, restores, state: restores > 0 ? 'restored' : without };
    }),
  };
}

const isUnderWay = ({ status }: PicturedJob) => status === 'PENDING' || status === 'RUNNING';

/** It may be a restore of the whole backup yet, or may have been one. */
const isUnclear = (job: PicturedJob) =>
  job.kind !== 'collection' &&
  !(job.delivery === 'download' && isUnderstood(job, 'delivery')) &&
  (isUnderWay(job) || !isUnderstood(job, 'status', 'delivery', 'finishedAt'));

/** Where completed restores alone were read: whether there are such others, by the coverage. */
function unseenOf({ lists }: ClusterCoverage) {
  const whole = Object.entries(lists).flatMap(([kind, list]) => (kind === 'collection' ? [] : [list]));
  return {
    open: whole.some(({ open }) => open > 0),
    notUnderstood: whole.some(({ notUnderstood = 0, problemCount = 0 }) => notUnderstood + problemCount > 0),
  };
}

const listedJobs = ({ lists }: ClusterCoverage) => Object.values(lists).reduce((sum, { jobs }) => sum + jobs, 0);
