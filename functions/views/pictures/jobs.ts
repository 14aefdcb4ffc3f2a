// functions/views/pictures/jobs.ts: what a picture needs of a restore: no more than the indexes carry, of its findings what is counted, and who requested it.
import type { CountedJob } from '../../ledger/model/day-counts.ts';
import type { JobSummary } from '../../ledger/model/ledger.ts';
import type { IndexedJob } from '../../ledger/model/table.ts';

export type PicturedJob = Omit<IndexedJob, 'findings'> &
  Pick<CountedJob, 'findings'> &
  Partial<Pick<JobSummary, 'requester' | 'snapshotAt' | 'pointInTime'>>;

/** Restores that a picture is made of. */
export interface ReadJobs<Job extends PicturedJob = PicturedJob> {
  /** Newest first. */
  jobs: readonly Job[];
  /** Everything requested at or after this moment was read. ISO 8601; as long ago as there are jobs where all were. */
  readFrom: string;
  /** Whether there are more before. */
  more: boolean;
}

export const BEGINNING = new Date(0).toISOString();
