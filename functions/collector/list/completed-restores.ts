// functions/collector/list/completed-restores.ts notes which restores of a list were completed: what shows that backups work, and how long it
// takes. Only what was understood counts; how many may count or not is noted as well.
import type { CompletedRestore, ListCoverage } from '../../ledger/model/coverage.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { isCompletedRestore, isUnderstood } from '../../restore/understood.ts';

/** Durations kept for one list: enough for a 95th percentile, few enough for a coverage of hundreds of clusters. */
export const MAX_DURATIONS = 50;

export class CompletedRestores {
  #last: CompletedRestore | undefined;
  /** Of the newest, by request. */
  #durations: { jobId: string; seconds: number }[] = [];
  #notUnderstood = 0;

  see(job: RestoreJob) {
    if (job.problems && !isUnderstood(job, 'status', 'delivery', 'finishedAt')) this.#notUnderstood += 1;
    const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
    if (!isCompletedRestore(job) || finishedAt === undefined) return;
    if (durationSeconds !== undefined) this.#note(jobId, durationSeconds);
    if (this.#last && this.#last.finishedAt >= finishedAt) return;
    this.#last = {
      ...{ jobId, requestedAt, finishedAt },
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(snapshotAt === undefined ? {} : { snapshotAt }),
    };
  }

  get seen(): Pick<ListCoverage, 'lastCompleted' | 'durations' | 'notUnderstood'> {
    return {
      ...(this.#notUnderstood > 0 ? { notUnderstood: this.#notUnderstood } : {}),
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
