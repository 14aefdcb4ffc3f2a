// functions/platform/percentile.ts: percentiles by nearest rank.

/** Always one of the values; nothing where there are none. @param share 0.5 is the median @param values in any order */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
