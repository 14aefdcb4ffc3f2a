// functions/restore/understood.ts: whether the fields of a job can be relied on.
import type { Kind } from '../schema/words.ts';
import type { RestoreJob } from './job.ts';

/** Atlas's fields that decide each of ours. */
const DEDICATED = {
  status: ['failed', 'cancelled', 'expired', 'finishedAt'],
  delivery: ['deliveryType'],
  finishedAt: ['finishedAt'],
  expiresAt: ['expiresAt'],
  snapshotId: ['snapshotId'],
  snapshotAt: ['timestamp'],
  pointInTime: ['pointInTimeUTCSeconds', 'oplogTs'],
  targetProjectId: ['targetGroupId'],
  targetClusterName: ['targetClusterName'],
  errorMessage: [] as string[],
};

/** What is read from an answer, and may not be understood. */
export type ReadField = keyof typeof DEDICATED;

const SOURCES = new Map<Kind, Partial<Record<ReadField, readonly string[]>>>([
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
      targetProjectId: ['targetProjectId'],
      targetClusterName: ['targetDeploymentItemName'],
    },
  ],
  [
    'collection',
    {
      status: ['state', 'finishedAt'],
      delivery: ['pointInTimeUtcSeconds', 'oplogTs'],
      finishedAt: ['finishedAt'],
      snapshotId: ['snapshotId'],
      pointInTime: ['pointInTimeUtcSeconds', 'oplogTs'],
      targetProjectId: ['targetGroupId'],
      targetClusterName: ['targetClusterName'],
      errorMessage: ['errorMessage'],
    },
  ],
]);

export type Understandable = Pick<RestoreJob, 'kind' | 'status' | 'delivery'> & {
  problems?: readonly { field: string }[];
};

/** Whether all of these fields say what Atlas said. False: nothing may be concluded from them, in either direction. */
export function isUnderstood(
  { kind, status, delivery, problems = [] }: Understandable,
  ...fields: ReadField[]
): boolean {
  if (fields.includes('status') && status === 'UNKNOWN') return false;
  if (fields.includes('delivery') && delivery === 'unknown') return false;
  if (problems.length === 0) return true;
  // A kind of a later version: any of its fields may decide.
  const sources = SOURCES.get(kind);
  return sources !== undefined && !fields.some((name) => problems.some(({ field }) => sources[name]?.includes(field)));
}

/** A restore into a cluster that was completed for certain: a download shows that there is a backup, not that it can be restored. */
export const isCompletedRestore = (job: Understandable): boolean =>
  job.status === 'COMPLETED' && job.delivery !== 'download' && isUnderstood(job, 'status', 'delivery', 'finishedAt');
