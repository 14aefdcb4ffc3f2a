import { expect, test } from 'vitest';
import { ManualClock } from '../../../local/manual-clock.ts';

test('a manual clock stands still until it is moved', () => {
  const clock = new ManualClock(1_000);
  expect(clock.now()).toBe(1_000);
  clock.advance(250);
  expect(clock.now()).toBe(1_250);
});

test('sleeping on it moves it at once, and is remembered', async () => {
  const clock = new ManualClock(0);
  const slept = clock.sleep(7_000);
  expect(clock.now()).toBe(7_000);
  await slept;
  await clock.sleep(1);
  expect(clock.sleptMs).toEqual([7_000, 1]);
});

test('a sleep whose signal has aborted rejects with its reason and moves nothing', async () => {
  const clock = new ManualClock(0);
  await expect(clock.sleep(5, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  expect([clock.now(), clock.sleptMs]).toEqual([0, []]);
});
