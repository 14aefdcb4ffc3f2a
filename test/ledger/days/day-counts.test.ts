// The counts of days are those of their jobs, whoever writes when, and are not given out where they may not be.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestWith } from '../../../functions/ledger/days/job-digests.ts';
import { SETTLE_MS } from '../../../functions/ledger/days/marks.ts';
import {
  addJob,
  type CountedJob,
  compact,
  type DayCounts,
  noDayCounts,
  percentileOf,
  sumOf,
  total,
} from '../../../functions/ledger/model/day-counts.ts';
import { NO_IDS } from '../../../functions/ledger/model/id-set.ts';
import { tableLedger } from '../../../functions/ledger/repositories/table-ledger.ts';
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import { DAYS_KEY, dayMarksKey } from '../../../functions/ledger/table/keys.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import { percentile } from '../../../functions/platform/percentile.ts';
import { DELIVERIES, KINDS, STATUSES } from '../../../functions/schema/words.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { histories, overTable, testEngine } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { list, NOW } from '../table.ts';
import { heldWrite } from './held-write.ts';

const engine = testEngine();
const never = () => false;
const DAY = '2026-11-20';
const at = (time: string, salt: number) => job({ jobId: idAt(`2026-11-${time}Z`, salt) });

/** Of the table itself, job by job. */
async function recounted(ledger: ReturnType<typeof tableLedger>): Promise<Map<string, DayCounts>> {
  const days = new Map<string, DayCounts>();
  for (const one of await list(ledger.projectJobs(PROJECT))) {
    const day = one.requestedAt.slice(0, 10);
    const counts = days.get(day) ?? noDayCounts();
    addJob(counts, one);
    days.set(day, counts);
  }
  return days;
}

/** Of the table itself, too. */
async function digestsOf(ledger: ReturnType<typeof tableLedger>): Promise<Map<string, string>> {
  const days = new Map<string, string>();
  for (const one of await list(ledger.projectJobs(PROJECT))) {
    const day = one.requestedAt.slice(0, 10);
    days.set(day, digestWith(days.get(day) ?? NO_IDS, one));
  }
  return days;
}

test('jobs are counted by day after they are written, and again after they change', async () => {
  await using own = await engine.newTable();
  const { ledger } = own;
  const jobs = [at('20T10:00:00', 1), at('20T23:59:59', 2), at('21T00:00:00', 3)];
  for (const one of jobs) await ledger.record(one, seen(0));
  await ledger.countDays(never);
  expect((await ledger.dayCounts([DAY])).size).toBe(0); // whoever wrote may go on
  await ledger.markDaysAgain();
  await ledger.countDays(never);
  const first = await ledger.dayCounts([DAY, '2026-11-21', '2026-11-22']);
  expect([...first].map(([day, { status }]) => [day, status])).toEqual([
    [DAY, { RUNNING: 2 }],
    ['2026-11-21', { RUNNING: 1 }],
    ['2026-11-22', {}],
  ]);
  await ledger.markDaysAgain();
  await ledger.record(completed(jobs[0] ?? job()), seen(1), true);
  expect([...(await ledger.dayCounts([DAY])).keys()]).toEqual([]);
  await ledger.markDaysAgain();
  await ledger.countDays(never);
  const counts = (await ledger.dayCounts([DAY])).get(DAY);
  expect(counts).toMatchObject({ status: { RUNNING: 1, COMPLETED: 1 }, seconds: { 300: 1 } });
});

test('a day that somebody else is writing to is counted again once they have ended', async () => {
  await using own = await engine.newTable();
  const other = tableLedger({ table: own.table, now: () => Date.parse(NOW) });
  await other.record(at('20T10:00:00', 1), seen(0));
  await own.ledger.countDays(never);
  await other.record(at('20T11:00:00', 2), seen(0)); // of a day that it has marked already
  expect((await own.ledger.dayCounts([DAY])).size).toBe(0);
  await other.markDaysAgain();
  expect((await own.ledger.dayCounts([DAY])).size).toBe(0);
  await own.ledger.countDays(never);
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
});

test('of two that write in one process, the one that ends first closes no mark of the other', async () => {
  await using own = await engine.newTable();
  const { ledger: both, goOn } = await heldWrite(own, (ledger) => ledger.record(at('20T10:00:00', 1), seen(0)));
  await both.markDaysAgain(); // of the one that ends
  await own.ledger.countDays(never);
  await goOn();
  expect((await own.ledger.dayCounts([DAY])).size).toBe(0);
  await both.markDaysAgain();
  await own.ledger.countDays(never);
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 1 });
});

test('a mark that DynamoDB added twice, as the SDK repeated it, makes no day that is being written to pass for counted', async () => {
  const clock = new ManualClock(Date.parse(NOW));
  await using own = await engine.newTable(() => clock.now());
  const now = () => clock.now();
  const update: Table['update'] = async (key, change, condition) => {
    if (Object.keys(change.add ?? {}).some((name) => name.startsWith('closed')))
      await own.table.update(key, change, condition);
    return own.table.update(key, change, condition);
  };
  const repeating = tableLedger({ table: overTable(own.table, { update }), now });
  await own.ledger.countDays(never);
  for (const time of ['20T10:00:00', '01T10:00:00']) await repeating.record(at(time, 1), seen(0));
  await repeating.markDaysAgain();
  for (let n = 0; n < 2; n++) {
    await own.ledger.countDays(never);
    clock.advance(SETTLE_MS);
  }
  const other = tableLedger({ table: own.table, now });
  await other.markDays([at('20T11:00:00', 2).jobId, at('01T11:00:00', 2).jobId]);
  await own.ledger.countDays(never);
  for (const time of ['20T11:00:00', '01T11:00:00']) await other.record(at(time, 2), seen(1));
  expect([await own.ledger.dayCounts([DAY]), await own.ledger.olderJobs()]).toEqual([new Map(), undefined]);
  await other.markDaysAgain();
  await own.ledger.countDays(never);
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
  expect(await own.ledger.olderJobs()).toMatchObject({ open: 2 });
});

test('what a writer wrote that died before it said so is counted all the same', async () => {
  const clock = new ManualClock(Date.parse(NOW));
  await using own = await engine.newTable(() => clock.now());
  const dying = tableLedger({ table: own.table, now: () => clock.now() });
  await dying.record(at('20T10:00:00', 1), seen(0));
  await own.ledger.countDays(never);
  await dying.record(at('20T11:00:00', 2), seen(0));
  clock.advance(SETTLE_MS);
  await own.ledger.countDays(never);
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
  own.requests();
  clock.advance(SETTLE_MS);
  await own.ledger.countDays(never);
  expect(own.requests()).toEqual({ Query: 1, GetItem: 1 }); // settled
});

test('of two that count at once the later one stays, whoever writes last', async () => {
  const clock = new ManualClock(Date.parse(NOW));
  await using own = await engine.newTable(() => clock.now());
  await own.ledger.record(at('20T10:00:00', 1), seen(0));
  await own.ledger.countDays(never);
  await own.ledger.markDaysAgain();
  const { goOn } = await heldWrite(own, (ledger) => ledger.countDays(never));
  clock.advance(1);
  await own.ledger.record(at('20T11:00:00', 2), seen(0));
  await own.ledger.markDaysAgain();
  await own.ledger.countDays(never);
  await goOn();
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
});

test('whatever is written and counted between two items of a reading, no count is older than its marks', async () => {
  for (let place = 0; place < 4; place++) {
    await using own = await engine.newTable();
    await own.ledger.record(at('20T10:00:00', 1), seen(0));
    await own.ledger.markDaysAgain();
    await own.ledger.countDays(never);
    let read = 0;
    // DynamoDB reads the items of a batch in any order: here the last one first.
    const batchGet: Table['batchGet'] = async (keys) => {
      const items: Item[] = [];
      for (const key of keys.toReversed()) {
        if (read++ === place) {
          await own.ledger.record(at('20T11:00:00', 2), seen(1));
          await own.ledger.markDaysAgain();
          await own.ledger.countDays(never);
        }
        items.unshift(...(await own.table.batchGet([key])));
      }
      return items;
    };
    const ledger = tableLedger({ table: overTable(own.table, { batchGet }), now: () => Date.parse(NOW) });
    const given = (await ledger.dayCounts([DAY])).get(DAY);
    if (place < read) expect([place, given?.status]).toEqual([place, { RUNNING: 2 }]);
  }
});

test('jobs that were recorded before days were counted are counted', async () => {
  await using own = await engine.newTable();
  for (const [time, salt] of [
    ['20T10:00:00', 1],
    ['02T10:00:00', 2],
  ] as const)
    await own.ledger.record(at(time, salt), seen(0));
  await own.ledger.record(job({ jobId: idAt('2019-02-28T23:00:00Z', 3) }), seen(0));
  for (const month of ['2026-11', '2019-02']) await own.remove(dayMarksKey(month));
  await own.remove(DAYS_KEY);
  const ledger = tableLedger({ table: own.table, now: () => Date.parse(NOW) });
  expect((await ledger.dayCounts([DAY])).size).toBe(0);
  await ledger.countDays(never);
  const counts = await ledger.dayCounts([DAY, '2026-11-02', '2019-02-28', '2019-03-01']);
  expect([...counts.values()].map(({ status }) => total(status))).toEqual([1, 1, 1, 0]);
});

test('without time, days are left, and not given out', async () => {
  await using own = await engine.newTable();
  await own.ledger.countDays(never);
  for (const [n, time] of ['19T10:00:00', '20T10:00:00', '21T10:00:00'].entries())
    await own.ledger.record(at(time, n), seen(0));
  await own.ledger.markDaysAgain();
  const days = ['2026-11-19', DAY, '2026-11-21'];
  let calls = 0;
  await own.ledger.countDays(() => ++calls > 2);
  expect([...(await own.ledger.dayCounts(days)).keys()]).toEqual(days.slice(1));
  await own.ledger.countDays(never);
  expect([...(await own.ledger.dayCounts(days)).keys()]).toEqual(days);
});

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'];

test('whatever is written, counted, or cut off: counts that are given out are those of the table, and in the end there are all', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.nat(7), writer: fc.nat(1), isDone: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ end: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ count: fc.nat(1), days: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ die: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 2 * SETTLE_MS }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = new ManualClock(Date.parse(NOW));
      await using own = await engine.newTable(() => clock.now());
      const begin = () => tableLedger({ table: own.table, now: () => clock.now() });
      const writers = [begin(), begin()];
      const of = (n: number) => writers[n] as ReturnType<typeof begin>;
      let minute = 0;
      const expectTruth = async () => {
        const [counts, truth] = [await of(1).dayCounts(DAYS), await recounted(of(1))];
        for (const [day, given] of counts) expect(given).toEqual(truth.get(day) ?? noDayCounts());
        const [digests, jobs] = [await of(1).dayJobDigests(DAYS), await digestsOf(of(1))];
        for (const [day, given] of digests) expect([day, given]).toEqual([day, jobs.get(day) ?? NO_IDS]);
        expect([...digests.keys()].filter((day) => !counts.has(day))).toEqual([]);
        return [counts.size, digests.size];
      };
      for (const one of steps) {
        if ('write' in one) {
          const running = at(`2${one.write % 3}T10:00:00`, one.write);
          await of(one.writer).record(one.isDone ? completed(running) : running, seen(++minute));
        } else if ('end' in one) await of(one.end).markDaysAgain();
        else if ('count' in one) {
          let left = one.days;
          await of(one.count).countDays(() => left-- <= 0);
        } else if ('die' in one) writers[one.die] = begin();
        else clock.advance(one.wait);
        await expectTruth();
      }
      for (let n = 0; n < 2; n++) {
        clock.advance(SETTLE_MS);
        await of(0).countDays(never);
      }
      expect(await expectTruth()).toEqual([DAYS.length, DAYS.length]);
    }),
    { numRuns: histories(30) },
  );
});

const counted = fc.record({
  status: fc.constantFrom(...STATUSES),
  kind: fc.constantFrom(...KINDS),
  delivery: fc.constantFrom(...DELIVERIES),
  requestedAt: fc.constant(NOW),
  durationSeconds: fc.nat(1_000_000),
});
const countsOf = (jobs: readonly CountedJob[]) => {
  const counts = noDayCounts();
  for (const one of jobs) addJob(counts, one);
  return counts;
};

test('sums of days are the counts of all their jobs, and percentiles those of their values', () => {
  fc.assert(
    fc.property(fc.array(fc.array(counted)), fc.double({ min: 0.01, max: 1, noNaN: true }), (days, share) => {
      const all = countsOf(days.flat());
      expect(sumOf(days.map(countsOf))).toEqual(all);
      const seconds = days.flat().flatMap((one) => (one.status === 'COMPLETED' ? [one.durationSeconds] : []));
      expect(percentileOf(all.seconds, share)).toBe(percentile(seconds, share));
    }),
  );
});

test('durations are exact up to 256 different ones, and at most 1.6 % too short beyond', () => {
  const took = (durationSeconds: number) => ({ ...completed(job()), durationSeconds });
  const few = countsOf(Array.from({ length: 256 }, (_, n) => took(n * 977)));
  expect(compact(few)).toEqual(few);
  const many = Array.from({ length: 5_000 }, (_, n) => n * 173);
  const { seconds } = compact(countsOf(many.map(took)));
  expect(total(seconds)).toBe(5_000);
  expect(Object.keys(seconds).length).toBeLessThan(1_500);
  for (const share of [0.001, 0.01, 0.5, 0.95, 1]) {
    const [exact = 0, rounded = 0] = [percentile(many, share), percentileOf(seconds, share)];
    expect(rounded).toBeLessThanOrEqual(exact);
    expect(rounded).toBeGreaterThan(exact * (1 - 1 / 64));
    if (exact < 128) expect(rounded).toBe(exact);
  }
});
