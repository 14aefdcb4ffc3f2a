// functions/platform/semaphore.ts: a fair semaphore.

import { forEachConcurrent } from './for-each-concurrent.ts';

export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place and keeps it while `work` goes on. @throws what `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  /**
   * Calls `work` for each item in order, with a place for as many as `most` of them at once; a place is kept from item to
   * item, so whoever holds one goes on before those who wait. After a failure no further item is begun. @throws the first error of `work`
   */
  async forEach<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
    let next = 0;
    let failed = false;
    const lane = async () => {
      while (next < items.length && !failed) {
        try {
          await work(items[next++] as T);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const lanes = Math.min(most, items.length);
    await forEachConcurrent(Array(lanes).keys(), lanes, () => this.run(lane));
  }
}

/** How much is done at once. Projects that are collected side by side share it. */
export interface SharedSemaphores {
  /** To read lists. */
  lists: Semaphore;
  /** To write jobs. */
  writes: Semaphore;
}

/** Half as many again as there are connections to Atlas, so that the next request leaves while an answer is worked on. */
export const PARALLEL_LISTS = 48;
/** Half as many as there are connections to the table. */
const PARALLEL_WRITES = 64;

export const sharedSemaphores = (parallelLists = PARALLEL_LISTS): SharedSemaphores => ({
  lists: new Semaphore(parallelLists),
  writes: new Semaphore(PARALLEL_WRITES),
});
