// bench/harness/statistics.ts says what several measurements of one thing come to.

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** @throws RangeError for no values */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError('nothing was measured: there is no median of it');
  const middle = sorted.length / 2;
  const [low = min, high = min] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return { median: (low + high) / 2, min, max };
}

/** Of every number that the measurements have in common, by name. */
export function spreads(measured: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const [first = {}] = measured;
  const names = Object.keys(first).filter((name) => measured.every((each) => each[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, spread(measured.map((each) => each[name] ?? 0))]));
}
