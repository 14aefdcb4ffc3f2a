import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../functions/platform/clock.ts';
import { DAY } from '../../local/atlas/base/time.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe("the machine's clock sleeps", () => {
  test.each([0, 5, 2 ** 31 - 1, 2 ** 31, 3 * (2 ** 31 - 1), 100 * DAY])('%i ms, and no less', async (ms) => {
    vi.useFakeTimers();
    let [isOver, warnings] = [false, 0];
    const count = () => {
      warnings += 1;
    };
    process.on('warning', count);
    const sleeping = systemClock.sleep(ms).then(() => {
      isOver = true;
    });
    if (ms > 0) {
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(isOver).toBe(false);
    }
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    process.off('warning', count);
    expect(warnings).toBe(0);
  });

  test('for a long time without spinning, and wakes when it is told to', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const sleeping = systemClock.sleep(Number.POSITIVE_INFINITY, stop.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100 * DAY);
    expect(vi.getTimerCount()).toBe(1);
    stop.abort('enough');
    expect(await sleeping).toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('not at all where it was told so before', async () => {
    await expect(systemClock.sleep(DAY, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });
});
