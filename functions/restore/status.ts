// functions/restore/status.ts derives one status model from what each kind of job says (FACTS 1.2 to 1.5).
import type { Status } from './job.ts';

export interface Derived {
  status: Status;
  sourceStatus: string;
}

/** What a job without a status field shows of its state. */
export interface Flags {
  failed: boolean;
  cancelled: boolean;
  expired: boolean;
  finishedAt: string | undefined;
  expiresAt: string | undefined;
  download: boolean;
  deliveryUrlCount: number;
}

/**
 * How long after `expiresAt` a download that Atlas has not flagged counts as expired anyway, in ms. Whether Atlas ever
 * sets the flag is inferred (FACTS 1.3); without this, one download could stay open for ever. An hour lets the flag win.
 */
export const EXPIRY_GRACE_MS = 3_600_000;

/**
 * Dedicated and serverless jobs: failed, then cancelled, then expired, as the Atlas CLI judges; a download that ended
 * `failed` and `cancelled` is on record.
 */
export function fromFlags(flags: Flags, readAt: Date): Derived {
  const { failed, cancelled, expired, finishedAt, expiresAt, download, deliveryUrlCount } = flags;
  if (failed || cancelled || expired) {
    const raised = [cancelled && 'cancelled', expired && 'expired', failed && 'failed'].filter(Boolean);
    return { status: failed ? 'FAILED' : cancelled ? 'CANCELLED' : 'EXPIRED', sourceStatus: raised.join(',') };
  }
  if (finishedAt !== undefined) return { status: 'COMPLETED', sourceStatus: 'finishedAt' };
  // `expiresAt` comes with the URL, and may outlive it.
  if (download && (deliveryUrlCount > 0 || expiresAt !== undefined)) {
    const over = expiresAt !== undefined && Date.parse(expiresAt) + EXPIRY_GRACE_MS < readAt.getTime();
    return over ? { status: 'EXPIRED', sourceStatus: 'expiresAt' } : { status: 'READY', sourceStatus: 'deliveryUrl' };
  }
  return { status: 'RUNNING', sourceStatus: 'IN_PROGRESS' };
}

const FLEX: Record<string, Status> = {
  PENDING: 'PENDING',
  QUEUED: 'PENDING',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
};

const COLLECTION: Record<string, Status> = {
  INITIALIZING: 'PENDING',
  IN_PROGRESS: 'RUNNING',
  FINALIZING: 'RUNNING',
  SUCCESSFUL: 'COMPLETED',
  CANCELED: 'CANCELLED',
  FAILED: 'FAILED',
};

/** Compared without case, as the Atlas CLI does. A status that is not known yet can't be settled, so it counts as running. */
const byName = (names: Record<string, Status>) => (sourceStatus: string) => ({
  status: names[sourceStatus.toUpperCase()] ?? 'RUNNING',
  sourceStatus,
});

export const fromFlexStatus: (sourceStatus: string) => Derived = byName(FLEX);
export const fromCollectionState: (sourceStatus: string) => Derived = byName(COLLECTION);
