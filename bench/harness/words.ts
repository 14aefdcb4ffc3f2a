// bench/harness/words.ts writes numbers the way the tables of this bench show them.
import type { Spread } from './statistics.ts';

export const number = (value: number | undefined, digits = 0) => (value === undefined ? '' : value.toFixed(digits));

/** The median, with the least and the most. */
export const between = (spread: Spread | undefined, digits = 0) =>
  spread ? `${number(spread.median, digits)} (${number(spread.min, digits)} to ${number(spread.max, digits)})` : '';
