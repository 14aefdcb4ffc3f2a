// functions/collector/list/fingerprints.ts: the fingerprints of a list's newest jobs, from one reading to the next.
import { lowestIdAt } from '../../restore/object-id.ts';
import { NEWEST } from './prefetch.ts';

/** Fingerprints of unsettled jobs kept for one list, 45 bytes each; those of the newest settled ones come on top. */
const MAX_RECENT = 50;

export class Fingerprints {
  /** By job id, as the coverage has them. */
  readonly stored: Readonly<Record<string, string>>;
  readonly #newestStored: string;
  readonly #held = new Map<string, string>();

  constructor(stored: Readonly<Record<string, string>>) {
    this.stored = stored;
    this.#newestStored = Object.keys(stored).reduce((a, b) => (b > a ? b : a), '');
  }

  /** True where the coverage vouches for the job: the table holds it as it looks now. */
  matches(jobId: string, print: string): boolean {
    return Object.hasOwn(this.stored, jobId) && this.stored[jobId] === print;
  }

  /** True for a job newer than all that the coverage knows. */
  isNewer(jobId: string): boolean {
    return this.#newestStored !== '' && jobId > this.#newestStored;
  }

  /** For the next reading. Memory: as many as may be kept, and for a moment twice as many. */
  hold(jobId: string, print: string) {
    this.#held.set(jobId, print);
    if (this.#held.size <= 2 * (MAX_RECENT + NEWEST)) return;
    const kept = new Set([...this.#held.keys()].sort().slice(-(MAX_RECENT + NEWEST)));
    for (const id of this.#held.keys()) if (!kept.has(id)) this.#held.delete(id);
  }

  /**
   * The unsettled ones, as far as there is room, and the newest of the settled.
   * @param keepStored also those of jobs below the pages that were read
   */
  next(settledThrough: string, keepStored: boolean): Record<string, string> {
    const lowest = lowestIdAt(settledThrough);
    const stored = keepStored ? Object.entries(this.stored) : [];
    const newestFirst = [...new Map([...stored, ...this.#held])].sort(([a], [b]) => (a < b ? 1 : -1));
    const unsettled = newestFirst.filter(([id]) => id >= lowest).slice(0, MAX_RECENT);
    const settled = newestFirst.filter(([id]) => id < lowest).slice(0, NEWEST);
    return Object.fromEntries([...unsettled, ...settled]);
  }
}
