// functions/collect/places.ts lets several share a number of places: who comes first goes first.

export class Places {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place and keeps it while `work` goes on. @throws what `work` throws */
  async hold<T>(work: () => Promise<T>): Promise<T> {
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
}

/** How much is done at once. Projects that are collected side by side share it. */
export interface SharedPlaces {
  /** To read lists. */
  lists: Places;
  /** To write jobs. */
  writes: Places;
}

/** Half as many again as there are connections to Atlas, so that the next request leaves while an answer is worked on. */
export const PARALLEL_LISTS = 48;
/** Half as many as there are connections to the table. */
const PARALLEL_WRITES = 64;

export const sharedPlaces = (parallelLists = PARALLEL_LISTS): SharedPlaces => ({
  lists: new Places(parallelLists),
  writes: new Places(PARALLEL_WRITES),
});
