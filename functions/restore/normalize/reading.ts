// functions/restore/normalize/reading.ts: input and result of the reader of each kind.
import type { Delivery, Status } from '../../schema/words.ts';

/** What the reader of a kind finds. */
export interface Reading {
  status: Status;
  sourceStatus: string;
  delivery: Delivery;
  finishedAt?: string | undefined;
  expiresAt?: string | undefined;
  snapshotId?: string | undefined;
  snapshotAt?: string | undefined;
  pointInTime?: string | undefined;
  targetProjectId?: string | undefined;
  targetClusterName?: string | undefined;
  errorMessage?: string | undefined;
}

/** What is known of a job before its fields are read. */
export interface Asked {
  deliveryUrlCount: number;
  requestedAt: string;
  readAt: Date;
}
