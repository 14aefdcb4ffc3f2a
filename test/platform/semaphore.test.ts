import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Semaphore } from '../../functions/platform/semaphore.ts';

test('are held by no more than there are, in the order of asking, and are given back by who fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (scheduler, count, failing) => {
        const places = new Semaphore(count);
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
        const done = Promise.allSettled(failing.map((fails, nth) => places.run(() => work(nth, fails))));
        const outcomes = await scheduler.waitFor(done);
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(failing);
        expect(begun).toEqual(failing.map((_, nth) => nth));
        expect(most).toBe(Math.min(count, failing.length));
      },
    ),
  );
});

test('kept from item to item: each item once, in order, no more at a time than wanted, none after a failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (scheduler, count, most, failing) => {
        const places = new Semaphore(count);
        const begun: number[] = [];
        let [held, mostHeld, failures] = [0, 0, 0];
        const work = async (nth: number) => {
          expect(failures, 'begun after a failure').toBe(0);
          begun.push(nth);
          held += 1;
          mostHeld = Math.max(mostHeld, held);
          await scheduler.schedule(Promise.resolve(), `work ${nth}`);
          held -= 1;
          if (!failing[nth]) return;
          failures += 1;
          throw new Error('as told');
        };
        const done = places.forEach([...failing.keys()], most, work).then(
          () => 'done',
          (error: Error) => error.message,
        );
        expect(await scheduler.waitFor(done)).toBe(failing.includes(true) ? 'as told' : 'done');
        expect(held).toBe(0);
        expect(begun).toEqual([...failing.keys()].slice(0, begun.length));
        if (!failing.includes(true)) expect(begun).toHaveLength(failing.length);
        expect(mostHeld).toBeLessThanOrEqual(Math.min(count, most));
      },
    ),
  );
});
