// local/manual-clock.ts: a clock that moves only by `advance` and `sleep`, so that tests and replays never wait.
import type { Clock } from '../functions/platform/clock.ts';

/** A Monday noon, so that ids, dates and months in a test are plain to read. */
const DEFAULT_START_MS = Date.UTC(2026, 10, 23, 12);

export class ManualClock implements Clock {
  /** What was slept, in ms, in order. */
  readonly sleptMs: number[] = [];
  #nowMs: number;

  /** @param startMs milliseconds since the epoch. @default 2026-11-23T12:00:00Z */
  constructor(startMs = DEFAULT_START_MS) {
    this.#nowMs = startMs;
  }

  now() {
    return this.#nowMs;
  }

  advance(ms: number) {
    this.#nowMs += ms;
  }

  /** Advances itself by `ms`, then resolves on the next turn of the event loop, so that open sockets get theirs. */
  async sleep(ms: number, signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.sleptMs.push(ms);
    this.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}
