// functions/views/timeline.ts: numbers that change as time goes by, in slots of equal length.
import type { Timeline } from '../ledger/model/coverage.ts';

/** Adds up numbers that change at times of their own. */
export class TimelineSum {
  #start = 0;
  readonly #deltas = new Map<number, number>();

  add(slot: number, by: number) {
    if (slot === 0) this.#start += by;
    else if (by !== 0) this.#deltas.set(slot, (this.#deltas.get(slot) ?? 0) + by);
  }

  timeline(): Timeline {
    const steps = [...this.#deltas].filter(([, by]) => by !== 0).sort(([a], [b]) => a - b);
    return { start: this.#start, steps: steps.flat() };
  }
}

export function valueIn({ start, steps }: Timeline, slot: number): number {
  let value = start;
  for (let n = 0; n < steps.length && (steps[n] as number) <= slot; n += 2) value += steps[n + 1] as number;
  return value;
}
