// functions/collector/list/list-window.ts: what a reading has seen of a list so far: which jobs, and in which order.
import type { JobPage } from '../../atlas/model/atlas.ts';
import type { Resume } from '../../ledger/model/coverage.ts';
import { jobIdOf } from '../../restore/normalize/normalize.ts';
import { isObjectId, requestedAt } from '../../restore/object-id.ts';

/** Before any job, as lists go: newest first. */
const TOP = '\uffff';

/** Memory: an id for each job. */
export class ListWindow {
  readonly #seen = new Set<string>();
  /** Of the last job that was seen, when it was requested, and the jobs of the same second. */
  #lowest = TOP;
  #lowestIds: string[] = [];
  /** Whether every page so far was newest first. */
  descending: boolean;
  /** What an earlier part of the reading has checked. */
  readonly #checked: Resume['checked'];

  constructor(resume: Resume | undefined) {
    this.descending = resume?.descending ?? true;
    this.#checked = resume?.checked;
  }

  /** An element of the list; @returns false for one that was seen before, as pages that shift repeat some */
  see(element: JobPage['jobs'][number]): boolean {
    const id = 'atlas' in element ? (jobIdOf(element.atlas) ?? element.atlas.id) : undefined;
    if (typeof id !== 'string') return true;
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    if (!isObjectId(id)) return true;
    const at = requestedAt(id);
    if (at > this.#lowest) this.descending = false;
    if (at !== this.#lowest) this.#lowestIds = [];
    this.#lowest = at;
    this.#lowestIds.push(id);
    return true;
  }

  has = (jobId: string): boolean => this.#seen.has(jobId);

  get isEmpty(): boolean {
    return this.#seen.size === 0;
  }

  /** Whether the list, as far as it was read, should have shown this job. @param ended it was read to its end */
  passed(jobId: string, ended: boolean): boolean {
    if (!isObjectId(jobId)) return ended;
    const at = requestedAt(jobId);
    // Of the second that a part of the reading ended with, those that it saw are known; others may come after it.
    if (this.#checked && (at > this.#checked.requestedAt || this.#checked.jobIds.includes(jobId))) return false;
    return ended || at > this.#lowest;
  }

  /** For the next part of the reading. Undefined where the order does not allow to say. */
  get checked(): Resume['checked'] {
    if (!this.descending) return undefined;
    if (this.#lowest === TOP) return this.#checked;
    const before = this.#checked?.requestedAt === this.#lowest ? this.#checked.jobIds : [];
    return { requestedAt: this.#lowest, jobIds: [...before, ...this.#lowestIds] };
  }
}
