// functions/collect/successes.ts notes which restores of a list were completed: what shows that backups work, and how long it takes.
import type { CompletedRestore, ListCoverage } from '../ledger/coverage.ts';
import type { RestoreJob } from '../restore/job.ts';

/** Durations kept for one list: enough for a 95th percentile, few enough for a coverage of hundreds of clusters. */
export const MAX_DURATIONS = 50;

export class Successes {
  #last: CompletedRestore | undefined;
  /** Of the newest, by request. */
  #durations: { jobId: string; seconds: number }[] = [];

  /** A download shows that there is a backup, not that it can be restored. */
  see({ jobId, status, delivery, requestedAt, finishedAt, durationSeconds, snapshotAt }: RestoreJob) {
    if (status !== 'COMPLETED' || delivery === 'download' || finishedAt === undefined) return;
    if (durationSeconds !== undefined) this.#note(jobId, durationSeconds);
    if (this.#last && this.#last.finishedAt >= finishedAt) return;
    this.#last = {
      ...{ jobId, requestedAt, finishedAt },
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(snapshotAt === undefined ? {} : { snapshotAt }),
    };
  }

  get seen(): Pick<ListCoverage, 'lastCompleted' | 'durations'> {
    return {
      ...(this.#last ? { lastCompleted: this.#last } : {}),
      ...(this.#durations.length > 0 ? { durations: this.#durations.map(({ seconds }) => seconds) } : {}),
    };
  }

  /** Lists are newest first, or nearly so. */
  #note(jobId: string, seconds: number) {
    const oldest = this.#durations[0];
    const isFull = this.#durations.length === MAX_DURATIONS;
    if (isFull && oldest && jobId <= oldest.jobId) return;
    const at = this.#durations.findIndex((other) => other.jobId >= jobId);
    if (this.#durations[at]?.jobId === jobId) return;
    this.#durations.splice(at === -1 ? this.#durations.length : at, 0, { jobId, seconds });
    if (isFull) this.#durations.shift();
  }
}
