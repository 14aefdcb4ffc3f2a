// functions/restore/job.ts: the domain's vocabulary: one normalised restore job for all of Atlas's kinds.

/** The Atlas API that a job came from. */
export const KINDS = ['dedicated', 'flex', 'serverless', 'collection'] as const;
export type Kind = (typeof KINDS)[number];

/** One status model for all kinds. READY: a download waits to be fetched. UNKNOWN: it has ended, nobody can say how. */
export const STATUSES = [
  'PENDING',
  'RUNNING',
  'READY',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
  'UNKNOWN',
] as const;
export type Status = (typeof STATUSES)[number];

/** How the data is delivered, in the words of the dedicated API; flex says RESTORE for automated. unknown: in none of them. */
export const DELIVERIES = ['automated', 'download', 'pointInTime', 'unknown'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** A job that can still change. The others are settled. */
export const isOpen = (status: Status) => status === 'PENDING' || status === 'RUNNING' || status === 'READY';

/** Where a job was listed: Atlas's dedicated jobs name neither, so the collector stamps them. */
export interface Source {
  projectId: string;
  projectName?: string;
  clusterName: string;
  clusterId?: string;
}

/** A field of an answer that could not be understood. The whole of its value is in `atlas`. */
export interface FieldProblem {
  /** In Atlas's words. */
  field: string;
  expected: string;
  /** What was there, in short. */
  got: string;
}

/** What one answer of Atlas says about one job. Times are ISO 8601 in UTC. Absent means that Atlas did not say. */
export interface RestoreJob extends Source {
  /** 24 hex digits; the first 8 are the second of the request. */
  jobId: string;
  kind: Kind;
  status: Status;
  /** What `status` was derived from, in Atlas's words: `RUNNING`, `IN_PROGRESS`, `cancelled,failed`, `finishedAt`. */
  sourceStatus: string;
  delivery: Delivery;
  /** From the job id: Atlas sends no creation time for dedicated jobs (docs/atlas.md#0-2). */
  requestedAt: string;
  finishedAt?: string;
  /** Whole seconds from request to finish. */
  durationSeconds?: number;
  /** When a download's URL stops working. */
  expiresAt?: string;
  snapshotId?: string;
  /** When the snapshot was taken. */
  snapshotAt?: string;
  /** The moment that a point-in-time restore goes back to. */
  pointInTime?: string;
  targetProjectId?: string;
  targetClusterName?: string;
  /** Why it failed, where Atlas says so; URLs taken out. */
  errorMessage?: string;
  /** How many delivery URLs were dropped from the answer. */
  deliveryUrlCount: number;
  /** Fields that could not be understood, so that nothing may be concluded from what they decide. Absent: none. */
  problems?: FieldProblem[];
  /** Everything Atlas sent, less links and less every secret-bearing field. */
  atlas: Record<string, unknown>;
}
