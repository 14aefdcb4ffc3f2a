// functions/collector/list/watermark.ts: the time up to which every job of a list is settled.

import type { Resume } from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import { isOpen, type RestoreJob } from '../../restore/job.ts';
import { requestedAt } from '../../restore/object-id.ts';
import type { Status } from '../../schema/words.ts';

export const DAY_MS = 86_400_000;

/**
 * Atlas's servers stamp ids by their own clocks, so a job may appear that is a little older than one already seen. Jobs
 * this close to the start of a reading are read again in the next.
 */
const SKEW_MS = 15 * 60_000;
/** Before any job. */
const BEGINNING = new Date(0).toISOString();
/** Open jobs that the coverage carries from one part of a reading to the next. */
const MAX_CARRIED = 500;

export class Watermark {
  /** Jobs requested at or after this are unsettled, whatever their status. */
  readonly newestSettled: string;
  readonly #open: Map<string, Status>;
  #from: string | undefined;
  /** A job without an id was met: it is no older than the next one in the list. */
  #unnamed = false;

  constructor(startedAt: string, resume?: Resume) {
    this.newestSettled = new Date(Date.parse(startedAt) - SKEW_MS).toISOString();
    this.#open = new Map(Object.entries(resume?.open ?? {}));
    this.#from = resume?.unsettledFrom;
  }

  /** Each job of the list, in its order. */
  see({ requestedAt: at }: RestoreJob) {
    if (this.#unnamed) this.#readAgainFrom(at);
    this.#unnamed = false;
  }

  /** A job that could not be understood. */
  missed(jobId: string | undefined) {
    if (jobId === undefined) this.#unnamed = true;
    else this.#readAgainFrom(requestedAt(jobId));
  }

  endOfList() {
    if (this.#unnamed) this.#readAgainFrom(BEGINNING);
  }

  /** Notes a job's current status, as the ledger holds it. */
  hold(jobId: string, status: Status) {
    if (isOpen(status)) this.#open.set(jobId, status);
    else this.#open.delete(jobId);
  }

  count(which: (requestedAt: string, status: Status) => boolean): number {
    return [...this.#open].filter(([id, status]) => which(requestedAt(id), status)).length;
  }

  settledThrough(): string {
    const from = [this.#from ?? this.newestSettled, ...[...this.#open.keys()].map(requestedAt)];
    return from.reduce((a, b) => (a < b ? a : b), this.newestSettled);
  }

  /** The oldest open jobs come first where there are too many to carry. */
  forResume(): Pick<Resume, 'open' | 'unsettledFrom'> {
    const open = [...this.#open].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_CARRIED);
    const unsettledFrom = this.#unnamed ? BEGINNING : this.#from;
    return { open: Object.fromEntries(open), ...defined({ unsettledFrom }) };
  }

  #readAgainFrom(at: string) {
    if (this.#from === undefined || at < this.#from) this.#from = at;
  }
}
