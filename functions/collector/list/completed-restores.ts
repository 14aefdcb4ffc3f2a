// functions/collector/list/completed-restores.ts: the completed restores of a list, evidence that its backups work, and their durations.

import type { CompletedRestore, ListCoverage } from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import { isElsewhere } from '../../restore/drills/judged.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { dataAt } from '../../restore/objectives/measure.ts';
import { isCompletedRestore, isUnderstood } from '../../restore/understood.ts';

/** Durations kept for one list: enough for a 95th percentile, few enough for a coverage of hundreds of clusters. */
export const MAX_DURATIONS = 50;

export type Successes = Pick<ListCoverage, 'lastCompleted' | 'lastElsewhere' | 'durations' | 'notUnderstood'>;

export class CompletedRestores {
  #last: CompletedRestore | undefined;
  #lastElsewhere: CompletedRestore | undefined;
  /** Of the newest, by request. */
  #durations: { jobId: string; seconds: number }[] = [];
  #notUnderstood = 0;

  see(job: RestoreJob) {
    if (job.problems && !isUnderstood(job, 'status', 'delivery', 'finishedAt')) this.#notUnderstood += 1;
    const { jobId, requestedAt, finishedAt, durationSeconds, snapshotAt } = job;
    if (!isCompletedRestore(job) || finishedAt === undefined) return;
    if (durationSeconds !== undefined) this.#note(jobId, durationSeconds);
    const elsewhere = isElsewhere(job) || undefined;
    const measured = defined({ durationSeconds, snapshotAt, dataAt: dataAt(job), elsewhere });
    const restore = { jobId, requestedAt, finishedAt, ...measured };
    const isLater = (than: CompletedRestore | undefined) => than === undefined || finishedAt > than.finishedAt;
    if (isLater(this.#last)) this.#last = restore;
    if (elsewhere && isLater(this.#lastElsewhere)) this.#lastElsewhere = restore;
  }

  get seen(): Successes {
    const durations = this.#durations.map(({ seconds }) => seconds);
    return defined({
      notUnderstood: this.#notUnderstood || undefined,
      lastCompleted: this.#last,
      lastElsewhere: this.#lastElsewhere,
      durations: durations.length > 0 ? durations : undefined,
    });
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
