// functions/restore/job.ts: one normalised restore job for all of Atlas's kinds.
import type * as z from 'zod/mini';
import type { fieldProblem, restoreJob } from '../schema/job.ts';
import type { Status } from '../schema/words.ts';

/** A job that can still change. The others are settled. */
export const isOpen = (status: Status) => status === 'PENDING' || status === 'RUNNING' || status === 'READY';

/** Where a job was listed: Atlas's dedicated jobs name neither, so the collector stamps them. */
export interface Source {
  projectId: string;
  projectName?: string;
  clusterName: string;
  clusterId?: string;
}

export type FieldProblem = z.infer<typeof fieldProblem>;

/** What one answer of Atlas says about one job. Times are ISO 8601 in UTC. Absent means that Atlas did not say. */
export interface RestoreJob extends z.infer<typeof restoreJob> {}
