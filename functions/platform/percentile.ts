// functions/platform/percentile.ts: percentiles by nearest rank.

/** Always one of the values; nothing where there are none. @param share 0.5 is the median @param values in any order */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Fewer values have no median worth the name: that of two is one of them. */
export const MEDIAN_OF = 5;
/** By nearest rank, the 95th percentile of fewer is the greatest of them. */
export const P95_OF = 20;

/** Nothing of fewer than `MEDIAN_OF`. */
export const medianOf = (values: readonly number[]): number | undefined =>
  values.length < MEDIAN_OF ? undefined : percentile(values, 0.5);

/** Nothing of fewer than `P95_OF`. */
export const p95Of = (values: readonly number[]): number | undefined =>
  values.length < P95_OF ? undefined : percentile(values, 0.95);
