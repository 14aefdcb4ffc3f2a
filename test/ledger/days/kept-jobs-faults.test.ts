// What clocks, other versions, silent writers and somebody with write access do to the jobs that are kept by day: no answer is wrong by it.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { attributeOf, SETTLE_MS } from '../../../functions/ledger/days/marks.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { tableLedger } from '../../../functions/ledger/repositories/table-ledger.ts';
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import { dayJobsKey, dayMarksKey, type Key } from '../../../functions/ledger/table/keys.ts';
import { DayRecount } from '../../../functions/proof/days.ts';
import { ManualClock } from '../../../local/manual-clock.ts';
import { overTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { MemoryTable } from '../memory-table.ts';
import { list, NOW } from '../table.ts';

const never = () => false;
const [DAY, OTHER] = ['2026-11-20', '2026-11-21'];
const PERIOD = { since: '2026-11-01T00:00:00.000Z', until: '2026-11-23T00:00:00.000Z' };
const MINUTE = 60_000;
const at = (moment: string, salt: number) => job({ jobId: idAt(`2026-11-${moment}Z`, salt) });

function newLedger() {
  const clock = new ManualClock(Date.parse(NOW));
  const now = () => clock.now();
  const table = new MemoryTable();
  const process = () => tableLedger({ table, now });
  const ledger = process();
  const reader = ledgerReader({ table, now });
  const statuses = async () =>
    (await reader.lookAtJobs(PERIOD, { most: 1_000, whole: false })).items.map(({ status }) => status);
  const counted = async () => {
    await ledger.markDaysAgain();
    await ledger.countDays(never);
  };
  return { clock, now, table, process, ledger, reader, statuses, counted };
}

test('a day that was settled by a version that keeps no jobs is not answered from those kept before', async () => {
  const { clock, table, process, ledger, statuses } = newLedger();
  const dying = process();
  await dying.record(at('20T10:00:00', 1), seen(0));
  await ledger.countDays(never);
  await dying.record(at('20T11:00:00', 2), seen(0)); // dies, and never says that it is over
  clock.advance(SETTLE_MS);
  const { opened20: closed20, marks20: settled20 } = (await table.get(dayMarksKey('2026-11'))) ?? {};
  await table.update(dayMarksKey('2026-11'), { set: { closed20, settled20 } }, {});
  expect(await statuses()).toHaveLength(2);
  await ledger.countDays(never);
  expect((await ledger.dayJobDigests([DAY])).size).toBe(1);
  expect(await statuses()).toHaveLength(2);
});

test('whose clock steps backward marks a day again, and no day is settled by such a clock alone', async () => {
  const { clock, process, ledger, statuses } = newLedger();
  const writer = process();
  await writer.record(at('20T10:00:00', 1), seen(0));
  await ledger.countDays(never);
  clock.advance(-61 * MINUTE);
  await ledger.countDays(never);
  expect((await ledger.dayCounts([DAY])).size).toBe(0); // whoever writes goes on
  clock.advance(SETTLE_MS);
  await ledger.countDays(never);
  await writer.record(at('20T11:00:00', 2), seen(0));
  expect(await statuses()).toHaveLength(2);
});

test('who was silent until a day was settled, and then says that it is over, does not say so for who writes by then', async () => {
  const { clock, process, ledger, statuses } = newLedger();
  const [silent, other] = [process(), process()];
  for (const time of ['20T10:00:00', '21T10:00:00', '01T10:00:00']) await silent.record(at(time, 1), seen(0));
  await ledger.countDays(never);
  clock.advance(SETTLE_MS);
  await ledger.countDays(never);
  await silent.record(at('21T10:30:00', 3), seen(0)); // of one of the days it has marked again
  await silent.markDaysAgain();
  const more = ['20T11:00:00', '21T11:00:00', '01T11:00:00'].map((time) => at(time, 2));
  await other.markDays(more.map(({ jobId }) => jobId));
  await ledger.countDays(never);
  for (const one of more) await other.record(one, seen(0));
  expect(await statuses()).toHaveLength(7);
  expect(await ledger.olderJobs()).toBeUndefined();
  await other.markDaysAgain();
  await ledger.countDays(never);
  expect((await ledger.dayCounts([DAY, OTHER, '2026-11-01'])).size).toBe(3);
  expect(await ledger.olderJobs()).toMatchObject({ open: 2 });
});

test('a day that was written to while it was settled is counted as soon as that is over', async () => {
  const { clock, now, table, ledger, counted, process } = newLedger();
  await ledger.record(at('20T10:00:00', 1), seen(0));
  await counted();
  clock.advance(SETTLE_MS);
  const writer = process();
  const put = async (item: Item & Key, condition = {}) => {
    const written = await table.put(item, condition);
    if (item.sk !== dayJobsKey(DAY).sk) return written;
    await writer.record(at('20T11:00:00', 2), seen(0));
    await writer.markDaysAgain();
    return written;
  };
  await tableLedger({ table: overTable(table, { put }), now }).countDays(never);
  await ledger.countDays(never);
  expect((await ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
});

test('a day that is read whole has its counts, though another is read in part', async () => {
  const { ledger, reader, counted } = newLedger();
  for (const day of ['18', '22']) await ledger.record(at(`${day}T10:00:00`, 1), seen(0));
  await ledger.record(at('20T10:00:00', 1), seen(0));
  await counted();
  for (const salt of [2, 3, 4]) await ledger.record(at('20T11:00:00', salt), seen(0));
  const days = ['2026-11-18', DAY, '2026-11-22'];
  const { counts, reachedAt } = await reader.lookAtDays(PERIOD, days, 2);
  expect(reachedAt).toBe('2026-11-20T11:00:00.000Z');
  expect(days.map((day) => counts.get(day)?.status)).toEqual([{ RUNNING: 1 }, undefined, { RUNNING: 1 }]);
});

type Fields = Record<string, unknown[]>;

describe('what somebody changes in what is kept is named, and reevaluate keeps it anew', () => {
  const changed = (item: Item, change: (fields: Fields) => unknown) => {
    const fields: Fields = JSON.parse(inflateRawSync(Buffer.from(String(item.packed), 'base64')).toString());
    return { packed: deflateRawSync(JSON.stringify(change(fields))).toString('base64') };
  };
  const each = (fields: Fields, of: (values: unknown[]) => unknown[]) =>
    Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, of(values)]));

  test.each<[string, 'named' | 'and shown as the index has it', (item: Item, other: Item) => Item | undefined]>([
    ['a status', 'named', (item) => changed(item, (fields) => ({ ...fields, status: ['FAILED', 'FAILED'] }))],
    [
      'a job gone',
      'and shown as the index has it',
      (item) => changed(item, (fields) => each(fields, ([one]) => [one])),
    ],
    [
      'a job twice more',
      'and shown as the index has it',
      (item) => changed(item, (fields) => each(fields, ([one, two]) => [one, two, two, two])),
    ],
    [
      'a job in place of another',
      'and shown as the index has it',
      (item) => changed(item, (fields) => each(fields, ([one]) => [one, one])),
    ],
    ['another day', 'and shown as the index has it', (_, { packed }) => ({ packed })],
    ['cut off', 'and shown as the index has it', ({ packed }) => ({ packed: String(packed).slice(0, 40) })],
    ['no list', 'and shown as the index has it', (item) => changed(item, () => null)],
    [
      'findings that are none',
      'and shown as the index has it',
      (item) => changed(item, (fields) => ({ ...fields, findings: [7, [null]] })),
    ],
    ['all of it gone', 'and shown as the index has it', () => undefined],
  ])('%s: %s', async (_, shown, change) => {
    const { table, ledger, statuses, counted } = newLedger();
    const own = [at('20T10:00:00', 1), completed(at('20T11:00:00', 2)), at('21T10:00:00', 1), at('21T11:00:00', 2)];
    for (const one of own) await ledger.record(one, seen(0));
    await counted();
    const before = await statuses();
    const [item, other] = [await table.get(dayJobsKey(DAY)), await table.get(dayJobsKey(OTHER))];
    const differing = async () => {
      const recount = new DayRecount();
      for (const one of await list(ledger.projectJobs(PROJECT))) recount.add(one);
      return recount.differing(ledger);
    };
    expect(await differing()).toEqual([]);
    const next = change(item ?? {}, other ?? {});
    if (next) await table.put({ ...dayJobsKey(DAY), ...item, ...next });
    else await table.delete(dayJobsKey(DAY));
    expect(await differing()).toEqual([DAY]);
    if (shown !== 'named') expect(await statuses()).toEqual(before);
    await ledger.countDays(never, true);
    expect(await differing()).toEqual([]);
    expect(await statuses()).toEqual(before);
  });

  test('jobs of a day that has none, and marks that were taken away', async () => {
    const { table, ledger, statuses, counted } = newLedger();
    for (const one of [at('20T10:00:00', 1), at('21T10:00:00', 1)]) await ledger.record(one, seen(0));
    await counted();
    const gone = at('21T10:00:00', 1);
    await table.delete({ pk: `PROJECT#${PROJECT}`, sk: `JOB#${gone.jobId}` });
    const recounted = async () => {
      const recount = new DayRecount();
      for (const one of await list(ledger.projectJobs(PROJECT))) recount.add(one);
      return recount.differing(ledger);
    };
    expect(await recounted()).toEqual([OTHER]);
    await table.update(dayMarksKey('2026-11'), { set: { [attributeOf('marks', DAY)]: 0 } }, {});
    expect(await recounted()).toEqual([DAY, OTHER]);
    await ledger.countDays(never, true);
    expect(await recounted()).toEqual([]);
    expect(await statuses()).toHaveLength(1);
  });
});
