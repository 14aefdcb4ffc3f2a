// What is known of the jobs of all days but the newest is given out only where it is that of the jobs, whoever writes, counts or dies when.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SETTLE_MS } from '../../../functions/ledger/days/marks.ts';
import { KEPT_JOBS, keptJob, olderJobsOf } from '../../../functions/ledger/days/older-jobs.ts';
import { tableLedger } from '../../../functions/ledger/repositories/table-ledger.ts';
import { OLDER_JOBS_KEY } from '../../../functions/ledger/table/keys.ts';
import { isOpen } from '../../../functions/restore/job.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { type EngineTable, histories, testEngine } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { list, NOW } from '../table.ts';

const engine = testEngine();
const never = () => false;
const DAY_MS = 86_400_000;
const START = Date.parse(NOW);
const ofDay = (daysAgo: number, salt = 0) =>
  job({ jobId: idAt(new Date(START - daysAgo * DAY_MS).toISOString(), salt) });

const given = async ({ table }: EngineTable, now = START) => olderJobsOf(await table.get(OLDER_JOBS_KEY), now);

/** Of the table itself, job by job. */
async function truth(own: EngineTable, before: string) {
  const jobs = (await list(own.ledger.projectJobs(PROJECT))).filter(({ requestedAt }) => requestedAt < before);
  const ids = jobs.map(({ jobId }) => jobId).sort();
  return { open: jobs.filter(({ status }) => isOpen(status)).length, newest: ids.reverse().slice(0, KEPT_JOBS) };
}

async function expectTruth(own: EngineTable, now = START): Promise<boolean> {
  const kept = await given(own, now);
  if (!kept) return false;
  const { before, open, newest } = kept;
  expect({ open, newest: newest.map((text) => keptJob(text).jobId) }).toEqual(await truth(own, before));
  return true;
}

test('how many are open, and which are the newest, is known once they are counted, and not from the next write on', async () => {
  await using own = await engine.newTable();
  const { ledger } = own;
  const jobs = [ofDay(21, 1), ofDay(40, 2), ofDay(400, 3), ofDay(2, 4)];
  for (const one of jobs) await ledger.record(one, seen(0));
  await ledger.countDays(never);
  expect(await given(own)).toBeUndefined(); // whoever wrote may go on
  await ledger.markDaysAgain();
  await ledger.countDays(never);
  expect(await given(own)).toEqual({
    ...{ before: '2026-11-03', open: 3 },
    newest: jobs.slice(0, 3).map(({ jobId, projectId, targetProjectId }) => `${jobId} ${projectId} ${targetProjectId}`),
  });
  await ledger.record(completed(ofDay(2, 4)), seen(1), true);
  expect(await expectTruth(own)).toBe(true); // of a new one
  await ledger.record(completed(ofDay(400, 3)), seen(1), true);
  expect(await given(own)).toBeUndefined();
  await ledger.markDaysAgain();
  expect(await given(own)).toBeUndefined();
  await ledger.countDays(never);
  expect(await given(own)).toMatchObject({ open: 2 });
});

test('they follow the days: what was counted long ago, or as of a day that is too new, is not given out', async () => {
  const clock = new ManualClock(START);
  await using own = await engine.newTable(() => clock.now());
  const { ledger } = own;
  await ledger.record(ofDay(10), seen(0));
  await ledger.markDaysAgain();
  await ledger.countDays(never);
  expect(await given(own)).toEqual({ before: '2026-11-03', open: 0, newest: [] });
  expect(await given(own, START + 5 * DAY_MS)).toBeDefined();
  expect(await given(own, START + 6 * DAY_MS)).toBeUndefined();
  expect(await given(own, START - 2 * DAY_MS)).toBeDefined();
  expect(await given(own, START - 3 * DAY_MS)).toBeUndefined(); // a clock was wrong: others don't mark such days as older
  clock.advance(12 * DAY_MS);
  await ledger.countDays(never);
  expect(await given(own, clock.now())).toMatchObject({ before: '2026-11-15', open: 1 });
});

test('a count costs one read where nothing has changed, whoever wrote new jobs', async () => {
  const clock = new ManualClock(START);
  await using own = await engine.newTable(() => clock.now());
  for (let n = 0; n < 3; n++) {
    await own.ledger.countDays(never);
    clock.advance(SETTLE_MS);
  }
  await own.ledger.record(ofDay(1), seen(0));
  await own.ledger.markDaysAgain();
  own.requests();
  await own.ledger.countDays(never);
  // The day: its marks, its jobs, and what was kept before; its jobs and its counts; and the older ones.
  expect(own.requests()).toEqual({ Query: 2, BatchGetItem: 1, GetItem: 1, PutItem: 2, UpdateItem: 1 });
});

test('of two that count at once one is first, and what is given out is as of its marks', async () => {
  await using own = await engine.newTable();
  await own.ledger.countDays(never); // once nothing is left to be marked that was recorded before
  await own.ledger.record(ofDay(30, 1), seen(0));
  await own.ledger.markDaysAgain();
  let held: (() => void) | undefined;
  const slow = own.gated(async (operation) => {
    if (operation === 'UpdateItem') await new Promise<void>((resolve) => (held = resolve));
  });
  const release = async () => {
    while (!held) await new Promise((resolve) => setImmediate(resolve));
    held();
    held = undefined;
  };
  const counting = slow.countDays(never);
  await release(); // the day is counted
  while (!held) await new Promise((resolve) => setImmediate(resolve));
  await own.ledger.record(ofDay(31, 2), seen(0));
  await own.ledger.markDaysAgain();
  await own.ledger.countDays(never);
  expect(await given(own)).toMatchObject({ open: 2 });
  await release();
  await counting;
  expect(await expectTruth(own)).toBe(true);
});

test('whatever is written, counted, or cut off, however time goes by: what is given out is true, and in the end it is', async () => {
  const days = fc.constantFrom(10, 19, 21, 24);
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ write: days, writer: fc.nat(1), isDone: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ end: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ count: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ die: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ wait: fc.constantFrom(1, SETTLE_MS, DAY_MS, 4 * DAY_MS) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = new ManualClock(START);
      await using own = await engine.newTable(() => clock.now());
      const begin = () => tableLedger({ table: own.table, now: () => clock.now() });
      const writers = [begin(), begin()];
      const of = (n: number) => writers[n] as ReturnType<typeof begin>;
      let minute = 0;
      for (const one of steps) {
        if ('write' in one) {
          const running = ofDay(one.write);
          await of(one.writer).record(one.isDone ? completed(running) : running, seen(++minute));
        } else if ('end' in one) await of(one.end).markDaysAgain();
        else if ('count' in one) await of(one.count).countDays(never);
        else if ('die' in one) writers[one.die] = begin();
        else clock.advance(one.wait);
        await expectTruth(own, clock.now());
      }
      for (let n = 0; n < 2; n++) {
        clock.advance(SETTLE_MS);
        await of(0).countDays(never);
      }
      expect(await expectTruth(own, clock.now())).toBe(true);
    }),
    { numRuns: histories(60) },
  );
});
