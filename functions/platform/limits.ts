// functions/platform/limits.ts: how much is done at once, shared by projects that are collected side by side.
import pLimit, { type LimitFunction } from 'p-limit';

export interface SharedLimits {
  /** Lists read. */
  lists: LimitFunction;
  /** Jobs written. */
  writes: LimitFunction;
}

/** Half as many again as there are connections to Atlas, so that the next request leaves while an answer is processed. */
export const PARALLEL_LISTS = 48;
/** Half as many as there are connections to the table. */
const PARALLEL_WRITES = 64;

export const sharedLimits = (parallelLists = PARALLEL_LISTS): SharedLimits => ({
  lists: pLimit(parallelLists),
  writes: pLimit(PARALLEL_WRITES),
});
