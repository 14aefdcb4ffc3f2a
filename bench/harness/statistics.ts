// bench/harness/statistics.ts: the median of repeated measurements, and growth over sizes.

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** @throws RangeError for no values */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError('nothing was measured, so there is no median');
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

export interface Point {
  x: number;
  y: number;
}

/**
 * The exponent b of y = a · x^b, by least squares over logarithms: 0 is flat, 1 is linear. A y of 0 counts as 1.
 * @throws RangeError for fewer than two sizes
 */
export function growth(points: readonly Point[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(Math.max(1, y)) }));
  const mean = (of: (log: Point) => number) => logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [x, y] = [mean((log) => log.x), mean((log) => log.y)];
  const variance = logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0);
  if (!(variance > 0)) throw new RangeError('growth needs at least two sizes');
  return logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0) / variance;
}
