import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimits } from '../../../functions/atlas/request/rate-limits.ts';
import { UsageCount } from '../../../functions/atlas/request/usage.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { failureOf } from '../clients.ts';

const forever = () => Number.POSITIVE_INFINITY;
const remaining = (left: number) => ({ 'ratelimit-remaining': String(left) });

function makeLimits() {
  const clock = new ManualClock();
  const usage = new UsageCount();
  const waits = { leftMs: Number.POSITIVE_INFINITY, note: () => {} };
  const limits = new RateLimits({ clock, signal: new AbortController().signal, longestMs: 900_000 });
  return {
    clock,
    usage,
    enter: (bucket = 'A', timeLeftMs = forever) => limits.enter(bucket, 'GET /x', timeLeftMs, { usage, waits }),
    limits,
  };
}

describe('a bucket', () => {
  test('that nothing is known of holds nobody back', async () => {
    const { enter, usage } = makeLimits();
    await Promise.all(Array.from({ length: 1000 }, () => enter()));
    expect(usage.waitedMs).toBe(0);
  });

  test('never has more calls under way than it has tokens left, and lets all through in the end', async () => {
    const script = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 40 }), async (lefts, calls) => {
        const { enter } = makeLimits();
        let [left, under, done] = [lefts[0] ?? 1, 0, 0];
        (await enter()).leave(remaining(left));
        await Promise.all(
          Array.from({ length: calls }, async (_, nth) => {
            const lease = await enter();
            under += 1;
            expect(under).toBeLessThanOrEqual(left);
            await new Promise((resolve) => setImmediate(resolve));
            under -= 1;
            // What is left may go up again, by a refill, but never below what is under way.
            left = Math.max(lefts[nth % lefts.length] ?? 1, under, 1);
            lease.leave(remaining(left));
            done += 1;
          }),
        );
        expect(done).toBe(calls);
      }),
    );
  });

  test('that is empty is left alone for a second, then tried by one call', async () => {
    const { enter, clock, usage } = makeLimits();
    (await enter()).leave(remaining(0));
    const lease = await enter();
    expect(clock.sleptMs).toEqual([1_000]);
    let entered = false;
    const second = enter().then(() => {
      entered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toBe(false);
    lease.leave(remaining(8));
    await second;
    expect(usage.waitedMs).toBe(1_000);
  });

  test('takes no higher number from an answer that was overtaken', async () => {
    const { enter } = makeLimits();
    const [early, late] = [await enter(), await enter()];
    late.leave(remaining(1));
    early.leave(remaining(500));
    await enter();
    const third = enter();
    const outcome = await Promise.race([third, new Promise((resolve) => setImmediate(() => resolve('waits')))]);
    expect(outcome).toBe('waits');
  });

  test('that is paused keeps everybody away, by one sleep, and others of no other bucket', async () => {
    const { enter, limits, clock, usage } = makeLimits();
    limits.pause('A', 7_000);
    await enter('B');
    expect(clock.sleptMs).toEqual([]);
    await Promise.all([enter(), enter()].map(async (entering) => (await entering).leave(remaining(100))));
    expect(clock.sleptMs).toEqual([7_000]);
    expect(usage.waitedMs).toBe(7_000);
  });

  test('refuses at once a call whose time is shorter than the wait', async () => {
    const { enter, limits, clock } = makeLimits();
    limits.pause('A', 7_000);
    const failure = await failureOf(enter('A', () => 7_000));
    expect(failure).toMatchObject({ code: 'ATLAS_RATE_LIMITED', retryAfterMs: 7_000, transient: true });
    expect(clock.sleptMs).toEqual([]);
    await enter('A', () => 7_001);
  });

  test('counts a call without headers as one token less', async () => {
    const { enter } = makeLimits();
    (await enter()).leave(remaining(2));
    const [one, two] = [await enter(), await enter()];
    one.leave(undefined);
    let entered = false;
    const third = enter().then(() => {
      entered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toBe(false);
    two.leave(remaining(5));
    await third;
  });
});
