import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Places } from '../../functions/collect/places.ts';

test('are held by no more than there are, in the order of asking, and are given back by who fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (scheduler, count, failing) => {
        const places = new Places(count);
        const begun: number[] = [];
        let [held, most] = [0, 0];
        const work = async (nth: number, fails: boolean) => {
          begun.push(nth);
          held += 1;
          most = Math.max(most, held);
          await scheduler.schedule(Promise.resolve(), `work ${nth}`);
          held -= 1;
          if (fails) throw new Error(`${nth}`);
          return nth;
        };
        const done = Promise.allSettled(failing.map((fails, nth) => places.hold(() => work(nth, fails))));
        const outcomes = await scheduler.waitFor(done);
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(failing);
        expect(begun).toEqual(failing.map((_, nth) => nth));
        expect(most).toBe(Math.min(count, failing.length));
      },
    ),
  );
});
