// bench/scale/growth.ts says how something grows with the size: the exponent b of y = a * x^b, by least squares over logarithms.

export interface Point {
  x: number;
  y: number;
}

/**
 * 0 is flat, 1 is linear. Points of 0 count as 1, so that a count that stays at nothing is flat.
 * @throws RangeError for fewer than two different sizes
 */
export function exponent(points: readonly Point[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(Math.max(1, y)) }));
  const mean = (of: (log: Point) => number) => logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [x, y] = [mean((log) => log.x), mean((log) => log.y)];
  const spreadOfX = logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0);
  if (!(spreadOfX > 0)) throw new RangeError('growth needs two different sizes at least');
  return logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0) / spreadOfX;
}
