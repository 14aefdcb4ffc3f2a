// functions/restore/normalize/reading.ts: what the reader of a kind is given, and finds

import type { Delivery, Status } from '../job.ts';

/** What a kind's own reader finds. Written without a spread: V8 took longer for that than for all the rest of a job. */

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
