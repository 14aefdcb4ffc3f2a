// functions/restore/understood.ts: whether the fields of a job can be relied on.
import type { Kind, RestoreJob } from './job.ts';

/** What is read from an answer, and may not be understood. */
export type ReadField =
  | 'status'
  | 'delivery'
  | 'finishedAt'
  | 'expiresAt'
  | 'snapshotId'
  | 'snapshotAt'
  | 'pointInTime'
  | 'targetProjectId'
  | 'targetClusterName'
  | 'errorMessage';

/** Atlas's fields that decide each of ours. */
type Sources = Record<ReadField, readonly string[]>;

const DEDICATED: Sources = {
  status: ['failed', 'cancelled', 'expired', 'finishedAt'],
  delivery: ['deliveryType'],
  finishedAt: ['finishedAt'],
  expiresAt: ['expiresAt'],
  snapshotId: ['snapshotId'],
  snapshotAt: ['timestamp'],
  pointInTime: ['pointInTimeUTCSeconds', 'oplogTs'],
  targetProjectId: ['targetGroupId'],
  targetClusterName: ['targetClusterName'],
  errorMessage: [],
};
const SOURCES: ReadonlyMap<Kind, Sources> = new Map([
  ['dedicated', DEDICATED],
  ['serverless', DEDICATED],
  [
    'flex',
    {
      status: ['status', 'restoreFinishedDate'],
      delivery: ['deliveryType'],
      finishedAt: ['restoreFinishedDate'],
      expiresAt: ['expirationDate'],
      snapshotId: ['snapshotId'],
      snapshotAt: ['snapshotFinishedDate'],
      pointInTime: [],
      targetProjectId: ['targetProjectId'],
      targetClusterName: ['targetDeploymentItemName'],
      errorMessage: [],
    },
  ],
  [
    'collection',
    {
      status: ['state', 'finishedAt'],
      delivery: ['pointInTimeUtcSeconds', 'oplogTs'],
      finishedAt: ['finishedAt'],
      expiresAt: [],
      snapshotId: ['snapshotId'],
      snapshotAt: [],
      pointInTime: ['pointInTimeUtcSeconds', 'oplogTs'],
      targetProjectId: ['targetGroupId'],
      targetClusterName: ['targetClusterName'],
      errorMessage: ['errorMessage'],
    },
  ],
]);

type Understandable = Pick<RestoreJob, 'kind' | 'status' | 'delivery' | 'problems'>;

/** Whether all of these fields say what Atlas said. False: nothing may be concluded from them, in either direction. */
export function isUnderstood(job: Understandable, ...fields: readonly ReadField[]): boolean {
  const { kind, status, delivery, problems = [] } = job;
  if (fields.includes('status') && status === 'UNKNOWN') return false;
  if (fields.includes('delivery') && delivery === 'unknown') return false;
  if (problems.length === 0) return true;
  // A kind of a later version: any of its fields may decide.
  const sources = SOURCES.get(kind);
  return sources !== undefined && !fields.some((name) => problems.some(({ field }) => sources[name].includes(field)));
}

/** A restore into a cluster that was completed for certain: a download shows that there is a backup, not that it can be restored. */
export const isCompletedRestore = (job: Understandable): boolean =>
  job.status === 'COMPLETED' && job.delivery !== 'download' && isUnderstood(job, 'status', 'delivery', 'finishedAt');
