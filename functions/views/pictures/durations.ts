// functions/views/pictures/durations.ts: how long restores took and how old their data was, and what is usual where enough are known.
import { defined } from '../../platform/defined.ts';
import { grouped } from '../../platform/grouped.ts';
import { medianOf, p95Of, percentile } from '../../platform/percentile.ts';
import {
  isMeasured,
  type Measure,
  type Measurements,
  measurements,
  measuresOf,
  objectiveOf,
} from '../../restore/objectives/measure.ts';
import type { Objective, Objectives } from '../../restore/objectives/objective.ts';
import { isCompletedRestore } from '../../restore/understood.ts';
import type { PicturedJob } from './jobs.ts';

export interface Usual {
  /** How many restores it is of. */
  restores: number;
  /** Of `MEDIAN_OF` and more. */
  p50?: number;
  /** Of `P95_OF` and more. */
  p95?: number;
  /** The greatest. */
  max?: number;
}

export const usualOf = (seconds: readonly number[]): Usual =>
  defined({
    restores: seconds.length,
    p50: medianOf(seconds),
    p95: p95Of(seconds),
    max: percentile(seconds, 1),
  });

/** A restore of a whole backup into a cluster that was completed: only such a one shows how long that takes. */
export interface Restored extends Measurements {
  jobId: string;
  requestedAt: string;
}

export const restoredOf = (jobs: Iterable<PicturedJob>): Restored[] =>
  [...jobs]
    .filter((job) => isMeasured(job) && isCompletedRestore(job))
    .map((job) => ({ jobId: job.jobId, requestedAt: job.requestedAt, ...defined(measurements(job)) }));

export type Side = keyof Measurements;
export const valuesOf = (restored: readonly Restored[], side: Side): number[] =>
  restored.flatMap((each) => each[side] ?? []);

/** The restores of one cluster beside its objective. */
export interface ClusterDurations {
  projectId: string;
  projectName: string;
  clusterName: string;
  objective?: Objective;
  restored: Restored[];
  usual: Usual;
  /** Restores that ended, by whether they met the recovery time objective. */
  rto: Record<Measure['state'], number>;
}

/** As of `missedFirst`. Restores that are under way are left out. */
export function clusterDurations(jobs: Iterable<PicturedJob>, objectives: Objectives): ClusterDurations[] {
  const ended = [...jobs].filter((job) => isMeasured(job) && job.status !== 'PENDING' && job.status !== 'RUNNING');
  const clusters = grouped(ended, ({ projectId, clusterName }) => JSON.stringify([projectId, clusterName]));
  return [...clusters.values()]
    .flatMap((ofCluster): ClusterDurations[] => {
      const [newest] = ofCluster;
      if (!newest) return [];
      const { projectId, projectName = projectId, clusterName } = newest;
      const restored = restoredOf(ofCluster);
      const rto = { met: 0, missed: 0, 'not known': 0 };
      for (const job of ofCluster) {
        const { rto: measure } = measuresOf(job, objectiveOf(job, objectives), job.requestedAt);
        if (measure) rto[measure.state] += 1;
      }
      const usual = usualOf(valuesOf(restored, 'durationSeconds'));
      const objective = objectives.of(projectName, clusterName);
      return [{ ...{ projectId, projectName, clusterName, restored, usual, rto }, ...defined({ objective }) }];
    })
    .sort(missedFirst);
}

/** Those that missed an objective, then those with one, then the most restores. */
export const missedFirst = (a: ClusterDurations, b: ClusterDurations) =>
  b.rto.missed - a.rto.missed ||
  Number(b.objective?.rtoSeconds !== undefined) - Number(a.objective?.rtoSeconds !== undefined) ||
  b.usual.restores - a.usual.restores;
