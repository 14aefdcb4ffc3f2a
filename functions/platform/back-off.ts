// functions/platform/back-off.ts: how long to wait after a failed call.

export interface BackOff {
  /** The longest wait after the first failure, in ms; doubles with each up to `capMs`. */
  baseMs: number;
  capMs: number;
}

/** In whole ms. @param failures so far, this one included */
export function backOff(
  { retryAfterMs }: { readonly retryAfterMs?: number | undefined },
  failures: number,
  { baseMs, capMs }: BackOff,
): number {
  // Jitter spreads our own guesses only: coming back before the server said so spends another refusal.
  return retryAfterMs || Math.round(Math.random() * Math.min(capMs, baseMs * 2 ** Math.max(0, failures - 1)));
}
