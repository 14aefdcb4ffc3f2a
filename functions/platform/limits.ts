// functions/platform/limits.ts: how much is done at once, shared by projects that are collected side by side.
import pLimit, { type LimitFunction } from 'p-limit';

export interface SharedLimits {
  /** Lists read. */
  lists: LimitFunction;
  /** Jobs written. */
  writes: LimitFunction;
}

/** Enough for the next request to leave while an answer is processed. Each list holds a page of up to 500 jobs. */
export const PARALLEL_LISTS = 48;
/** Half as many as there are connections to DynamoDB. */
const PARALLEL_WRITES = 64;

export const sharedLimits = (parallelLists = PARALLEL_LISTS, parallelWrites = PARALLEL_WRITES): SharedLimits => ({
  lists: pLimit(parallelLists),
  writes: pLimit(parallelWrites),
});
