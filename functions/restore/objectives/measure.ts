// functions/restore/objectives/measure.ts: which objective applies to a restore, and whether the restore met it.
//
// Only restores of a whole backup into a cluster are measured: a download writes into no cluster, and a restore of chosen collections
// shows neither how long the cluster takes to come back nor to which moment.
import type * as z from 'zod/mini';
import { defined } from '../../platform/defined.ts';
import type { measure, measures } from '../../schema/measure.ts';
import type { MeasureState } from '../../schema/words.ts';
import type { RestoreJob } from '../job.ts';
import { isCompletedRestore, isUnderstood } from '../understood.ts';
import type { Limits, Objective, Objectives } from './objective.ts';

export type Measure = z.infer<typeof measure>;
/** Those sides that the cluster has an objective for. */
export type Measures = z.infer<typeof measures>;

export type MeasuredJob = Pick<RestoreJob, 'kind' | 'status' | 'delivery' | 'requestedAt'> &
  Partial<Pick<RestoreJob, 'durationSeconds' | 'snapshotAt' | 'pointInTime' | 'problems'>>;

/** The cluster whose backup is restored. */
export type ClusterOfJob = Pick<RestoreJob, 'projectId' | 'projectName' | 'clusterName'>;

/** Two clocks made the times, in ms. */
export const CLOCKS_MS = 60_000;

/** Of the cluster whose backup is restored, by the name of its project when the restore was first seen. */
export const objectiveOf = (
  { projectId, projectName = projectId, clusterName }: ClusterOfJob,
  objectives: Objectives,
): Objective | undefined => objectives.of(projectName, clusterName);

export const isMeasured = ({ kind, delivery }: Pick<MeasuredJob, 'kind' | 'delivery'>): boolean =>
  kind !== 'collection' && delivery !== 'download';

/** @param openAt until when the job, if it is open, is known to have been open, ISO 8601: it may have ended since */
export function measuresOf(job: MeasuredJob, objective: Objective | undefined, openAt: string): Measures {
  if (!objective || !isMeasured(job)) return {};
  const completed = isCompletedRestore(job);
  return judged(measurements(job), objective, { completed, openSeconds: openSeconds(job, openAt) });
}

/** Of a restore that was completed for certain. */
export const measuresOfCompleted = (measured: Measurements, objective: Limits | undefined): Measures =>
  objective ? judged(measured, objective, { completed: true }) : {};

export interface Measurements {
  /** From the request to the finish. */
  durationSeconds?: number | undefined;
  /** How old the restored data was when the restore was requested. */
  dataAgeSeconds?: number | undefined;
}

/** Absent where Atlas does not say, or not what can be understood. */
export const measurements = (job: MeasuredJob): Measurements => ({
  durationSeconds: isUnderstood(job, 'delivery', 'finishedAt') ? job.durationSeconds : undefined,
  dataAgeSeconds: ageOf(job.requestedAt, dataAt(job)),
});

/** The moment that the restored data is of: the point in time, or when the snapshot was taken. ISO 8601. */
export function dataAt(job: MeasuredJob): string | undefined {
  if (!isUnderstood(job, 'delivery')) return undefined;
  if (job.delivery === 'pointInTime') return isUnderstood(job, 'pointInTime') ? job.pointInTime : undefined;
  return isUnderstood(job, 'snapshotAt') ? job.snapshotAt : undefined;
}

/** Nothing for a moment after the request: it can't be what was restored. */
export function ageOf(requestedAt: string, moment: string | undefined): number | undefined {
  if (moment === undefined) return undefined;
  const ms = Date.parse(requestedAt) - Date.parse(moment);
  return ms >= -CLOCKS_MS ? Math.max(0, Math.round(ms / 1_000)) : undefined;
}

function judged(
  { durationSeconds, dataAgeSeconds }: Measurements,
  { rtoSeconds, rpoSeconds }: Limits,
  { completed, openSeconds }: { completed: boolean; openSeconds?: number | undefined },
): Measures {
  const measured = (seconds: number | undefined, objectiveSeconds: number | undefined, atLeast: number | undefined) => {
    if (objectiveSeconds === undefined) return undefined;
    const missed = atLeast !== undefined && atLeast > objectiveSeconds;
    const state: MeasureState = missed ? 'missed' : completed && seconds !== undefined ? 'met' : 'not known';
    return defined({ state, seconds, objectiveSeconds });
  };
  return defined({
    // What ended or runs after the objective was over has missed it, however it ends.
    rto: measured(durationSeconds, rtoSeconds, durationSeconds ?? openSeconds),
    // Without data that was brought back, there is nothing whose age could be too great.
    rpo: measured(dataAgeSeconds, rpoSeconds, completed ? dataAgeSeconds : undefined),
  });
}

function openSeconds(job: MeasuredJob, openAt: string): number | undefined {
  if ((job.status !== 'PENDING' && job.status !== 'RUNNING') || !isUnderstood(job, 'status', 'delivery'))
    return undefined;
  return (Date.parse(openAt) - Date.parse(job.requestedAt)) / 1_000;
}
