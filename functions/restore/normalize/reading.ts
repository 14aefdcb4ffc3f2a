// functions/restore/normalize/reading.ts: input and result of the reader of each kind.
import type { RestoreJob } from '../job.ts';

type Optional =
  | 'finishedAt'
  | 'expiresAt'
  | 'snapshotId'
  | 'snapshotAt'
  | 'pointInTime'
  | 'targetProjectId'
  | 'targetClusterName'
  | 'errorMessage';

/** What the reader of a kind finds. */
export type Reading = Pick<RestoreJob, 'status' | 'sourceStatus' | 'delivery'> & {
  [Name in Optional]?: RestoreJob[Name] | undefined;
};

/** What is known of a job before its fields are read. */
export interface Asked {
  deliveryUrlCount: number;
  requestedAt: string;
  readAt: Date;
}
