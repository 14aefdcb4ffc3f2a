// functions/atlas/request/retry.ts: the decision whether and when a failed call is made again. Sleeping is up to the caller.
import { backOff } from '../../platform/back-off.ts';
import type { AtlasError } from '../model/errors.ts';

/** What isn't given is as in `DEFAULTS`. */
export interface RetryOptions {
  /** Calls in all, the first included, throttled ones apart. */
  attempts?: number;
  /** Calls that may be answered 429. */
  throttles?: number;
  /** Wait before the second call, in ms; doubles from there up to `capMs`. */
  baseMs?: number;
  /** Longest wait of our own choosing after a failure, in ms. What Atlas requires is never shortened. */
  capMs?: number;
  /** Shortest wait after a 429 that followed a 429, in ms; doubles up to `throttleCapMs`. */
  throttleMs?: number;
  /** In ms. */
  throttleCapMs?: number;
  /** A longer wait is left to whoever calls again later, whatever the budget. In ms. */
  longestMs?: number;
}

/** How the call has fared so far, this failure included. */
export interface Tries {
  /** Failures other than a 429. */
  failures: number;
  /** Answers of 429. */
  throttles: number;
}

export type Verdict =
  | { again: true; waitMs: number }
  | { again: false; because: 'final' | 'attempts' }
  /** The wait that would be needed doesn't fit into `limitMs`. */
  | { again: false; because: 'budget'; waitMs: number; limitMs: number };

/** The longest wait that a client waits out by itself, whatever the budget, in ms. */
export const MAX_WAIT_MS = 900_000;

const DEFAULTS: Required<RetryOptions> = {
  attempts: 4,
  throttles: 8,
  baseMs: 500,
  capMs: 8_000,
  throttleMs: 10_000,
  throttleCapMs: 40_000,
  longestMs: MAX_WAIT_MS,
};

/** @param budgetMs time left before the platform stops us; a longer wait is refused now, not cut off later. */
export function retryDecision(failure: AtlasError, tries: Tries, budgetMs: number, given: RetryOptions = {}): Verdict {
  const options = { ...DEFAULTS, ...given };
  const { attempts, throttles, longestMs } = options;
  if (!failure.transient) return { again: false, because: 'final' };
  const throttled = failure.code === 'ATLAS_RATE_LIMITED';
  if (throttled ? tries.throttles >= throttles : tries.failures >= attempts)
    return { again: false, because: 'attempts' };
  const waitMs = throttled ? throttleWait(failure, tries, options) : backOff(failure, tries.failures, options);
  if (waitMs < budgetMs && waitMs <= longestMs) return { again: true, waitMs };
  return { again: false, because: 'budget', waitMs, limitMs: Math.max(0, Math.min(budgetMs, longestMs)) };
}

/** Retry-After in full; after a second 429, at least 10 s, then 20 and 40 with jitter, as Atlas advises (docs/atlas.md#4). */
function throttleWait(failure: AtlasError, { throttles }: Tries, options: Required<RetryOptions>) {
  const { throttleMs, throttleCapMs, baseMs } = options;
  const requiredMs = failure.retryAfterMs;
  // Retry-After has been seen as 0 (docs/atlas.md#4): come back soon, but not at once.
  if (throttles <= 1) return requiredMs === 0 ? baseMs : (requiredMs ?? throttleMs);
  const grown = Math.min(throttleCapMs, throttleMs * 2 ** (throttles - 2));
  return requiredMs !== undefined && requiredMs >= grown ? requiredMs : Math.round(grown * (1 + Math.random() * 0.2));
}
