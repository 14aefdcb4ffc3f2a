import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AtlasError, type AtlasErrorCode, type AtlasErrorDetails } from '../../../functions/atlas/model/errors.ts';
import { retryDecision } from '../../../functions/atlas/request/retry.ts';

const failed = (code: AtlasErrorCode, details: AtlasErrorDetails = {}) => new AtlasError(code, 'synthetic', details);
const limited = (retryAfterMs?: number) =>
  failed('ATLAS_RATE_LIMITED', retryAfterMs === undefined ? {} : { retryAfterMs });

describe('a failure', () => {
  test.each([
    'ATLAS_UNAUTHORIZED',
    'ATLAS_FORBIDDEN',
    'ATLAS_NOT_FOUND',
    'ATLAS_GONE',
    'ATLAS_WRONG_TIER',
    'ATLAS_REFUSED',
    'ATLAS_CREDENTIALS',
  ] as const)('of %s is final', (code) => {
    expect(retryDecision(failed(code), { failures: 1, throttles: 0 }, 60_000)).toEqual({
      again: false,
      because: 'final',
    });
  });

  test('that would be the same again is final, whatever its code', () => {
    const tooLarge = failed('ATLAS_BAD_ANSWER', { lasting: true });
    expect(retryDecision(tooLarge, { failures: 1, throttles: 0 }, 60_000)).toEqual({ again: false, because: 'final' });
  });

  test('that may pass is tried four times, half a second to eight apart at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (failures) => {
        const verdict = retryDecision(failed('ATLAS_UNAVAILABLE'), { failures, throttles: 0 }, 60_000);
        if (failures >= 4) expect(verdict).toEqual({ again: false, because: 'attempts' });
        else expect(verdict.again && verdict.waitMs).toBeLessThanOrEqual(Math.min(8_000, 500 * 2 ** (failures - 1)));
      }),
    );
  });

  test('of a 503 that names a wait is waited for as long', () => {
    const failure = failed('ATLAS_UNAVAILABLE', { retryAfterMs: 3_000 });
    expect(retryDecision(failure, { failures: 1, throttles: 0 }, 60_000)).toEqual({ again: true, waitMs: 3_000 });
  });
});

test('every wait is in whole milliseconds, as the counts of a run are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 3 }), (throttles, failures) => {
      for (const [failure, tries] of [
        [limited(), { failures: 0, throttles }],
        [failed('ATLAS_UNAVAILABLE'), { failures, throttles: 0 }],
      ] as const) {
        const verdict = retryDecision(failure, tries, 60_000);
        expect(verdict).toMatchObject({ again: true, waitMs: expect.toSatisfy(Number.isInteger) });
      }
    }),
  );
});

describe('a 429', () => {
  test('is waited out exactly as long as Atlas asked', () => {
    expect(retryDecision(limited(55_000), { failures: 0, throttles: 1 }, 60_000)).toEqual({
      again: true,
      waitMs: 55_000,
    });
  });

  test.each([
    [1, 10_000, 10_000],
    [2, 10_000, 12_000],
    [3, 20_000, 24_000],
    [4, 40_000, 48_000],
    [5, 40_000, 48_000],
  ])('number %s without a wait named costs %s to %s ms', (throttles, least, most) => {
    const verdict = retryDecision(limited(), { failures: 0, throttles }, 60_000);
    expect(verdict.again && verdict.waitMs).toBeGreaterThanOrEqual(least);
    expect(verdict.again && verdict.waitMs).toBeLessThanOrEqual(most);
  });

  test('that asks for no wait at all is not answered at once', () => {
    expect(retryDecision(limited(0), { failures: 0, throttles: 1 }, 60_000)).toEqual({ again: true, waitMs: 500 });
  });

  test('is never shortened, and refused where it would outlast the budget', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 120_000 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(200_000),
        (requestedMs, throttles, budgetMs) => {
          const verdict = retryDecision(limited(requestedMs), { failures: 0, throttles }, budgetMs);
          if (verdict.again) {
            expect(verdict.waitMs).toBeGreaterThanOrEqual(requestedMs);
            expect(verdict.waitMs).toBeLessThan(budgetMs);
          } else expect(verdict.because).toBe('budget');
        },
      ),
    );
  });

  test('is given up after eight, and where the wait is beyond a quarter of an hour', () => {
    expect(retryDecision(limited(1), { failures: 0, throttles: 8 }, 60_000)).toEqual({
      again: false,
      because: 'attempts',
    });
    const longest = retryDecision(limited(900_001), { failures: 0, throttles: 1 }, Number.POSITIVE_INFINITY);
    expect(longest).toEqual({ again: false, because: 'budget', waitMs: 900_001, limitMs: 900_000 });
  });
});
