// test/soundness/timeline.ts: the true time of a history. It moves on when everybody sleeps, so nobody waits.

interface Sleeper {
  wakeAt: number;
  order: number;
  owner: object;
  wake(): void;
}

/** Everything in a history takes microtasks only, so a turn of the event loop means that all are asleep or done. */
export class Timeline {
  #now: number;
  #order = 0;
  #sleepers: Sleeper[] = [];
  #pumping = false;

  constructor(startMs: number) {
    this.#now = startMs;
  }

  get now() {
    return this.#now;
  }

  /** Where nobody is at work. */
  advanceTo(ms: number) {
    this.#now = Math.max(this.#now, ms);
  }

  /** @param owner whose sleep it is, for `forget` */
  sleep(ms: number, owner: object, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { wakeAt: this.#now + Math.max(0, ms), order: this.#order++, owner, wake };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#pump();
    });
  }

  /** Nobody of this owner's wakes any more. */
  forget(owner: object) {
    this.#sleepers = this.#sleepers.filter((each) => each.owner !== owner);
  }

  #pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const [first] = this.#sleepers.sort((a, b) => a.wakeAt - b.wakeAt || a.order - b.order);
      if (!first) return;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, first.wakeAt);
      first.wake();
      if (this.#sleepers.length > 0) this.#pump();
    });
  }
}
