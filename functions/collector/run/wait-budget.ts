// functions/collector/run/wait-budget.ts: the bound of a run's waits for Atlas in all. Waits side by side pass in the same time.
import type { Waits } from '../../atlas/model/atlas.ts';
import type { Clock } from '../../platform/clock.ts';

/** @default of a run, in ms */
export const DEFAULT_MAX_WAIT_MS = 15 * 60_000;

export class WaitBudget implements Waits {
  readonly maxMs: number;
  readonly #clock: Clock;
  #spentMs = 0;
  /** All waits so far are over then. */
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(maxMs: number, clock: Clock) {
    this.maxMs = maxMs;
    this.#clock = clock;
  }

  /** The longest wait that still fits in, if it begins now. */
  get leftMs(): number {
    return this.maxMs - this.#spentMs + Math.max(0, this.#untilMs - this.#clock.now());
  }

  /** @returns false where so long a wait does not fit in any more */
  allows(ms: number): boolean {
    return ms <= this.leftMs;
  }

  /** A wait begins now. */
  note(ms: number) {
    this.#spentMs += this.#added(ms);
    this.#untilMs = Math.max(this.#untilMs, this.#clock.now() + ms);
  }

  #added(ms: number): number {
    const now = this.#clock.now();
    return Math.max(0, now + ms - Math.max(now, this.#untilMs));
  }
}
