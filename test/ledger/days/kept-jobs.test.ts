// The jobs of days, as they are kept, are those that the index has: under every filter, whoever writes, and whichever version counted.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill } from '../../../bench/big/made-ledger.ts';
import { projectIdOf } from '../../../bench/dynamo/made-jobs.ts';
import { attributeOf } from '../../../functions/ledger/days/marks.ts';
import { JobPacker, unpackedJobs } from '../../../functions/ledger/days/packed-jobs.ts';
import type { JobsFilter } from '../../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import type { SeenJob } from '../../../functions/ledger/repositories/queries.ts';
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import { DAYS_KEY, dayJobsKey, dayMarksKey } from '../../../functions/ledger/table/keys.ts';
import { type EngineTable, overTable, testEngine } from '../engines.ts';
import { completed, idAt, job, seen } from '../jobs.ts';
import { NOW } from '../table.ts';
import { heldWrite } from './held-write.ts';

const engine = testEngine();
const never = () => false;
const now = () => Date.parse(NOW);
const [SINCE, UNTIL] = ['2026-10-24T00:00:00.000Z', '2026-11-24T00:00:00.000Z'];
const PERIOD = { since: SINCE, until: UNTIL };
const ALL = { most: 10_000, whole: false };

/** A reader that finds no day counted, and reads the index. */
const indexReader = ({ table }: EngineTable) =>
  ledgerReader({
    table: overTable(table, {
      get: async (key) => (key.sk === DAYS_KEY.sk ? undefined : table.get(key)),
      batchGet: async (keys, options) => (await table.batchGet(keys, options)).filter(({ sk }) => sk !== DAYS_KEY.sk),
    }),
    now,
  });

const plain = (jobs: readonly SeenJob[]) =>
  jobs
    .map(({ jobId, status, findings = [] }) => [jobId, status, ...findings.map(({ rule }) => rule)].join(' '))
    .sort()
    .reverse();

describe('of a year of restores', () => {
  let own: EngineTable;
  beforeAll(async () => {
    own = await engine.newTable(now);
    await fill(own.ledger, { jobs: 600, clusters: 60, runs: 1, untilMs: now() });
  });
  afterAll(() => own[Symbol.asyncDispose]());

  test.each<[string, JobsFilter]>([
    ['all of a month', PERIOD],
    ['all there are', {}],
    ['a part of a day', { since: '2026-11-20T06:00:00.000Z', until: '2026-11-21T18:30:00.000Z' }],
    ['up to now', { since: SINCE }],
    ['kinds', { ...PERIOD, kinds: ['dedicated', 'flex'] }],
    ['deliveries', { ...PERIOD, deliveries: ['download'] }],
    ['findings', { since: '2026-01-01T00:00:00.000Z', findings: ['failed'] }],
    ['many statuses', { ...PERIOD, statuses: ['FAILED', 'CANCELLED', 'EXPIRED', 'COMPLETED'] }],
    ['destinations', { since: '2026-01-01T00:00:00.000Z', destinations: ['elsewhere', 'download'] }],
    ['a target', { since: '2026-01-01T00:00:00.000Z', targetProjectId: projectIdOf(1) }],
    ['a pattern', { ...PERIOD, sources: [{ pattern: 'team-1', projectIds: [projectIdOf(1)] }] }],
    ['when they ended', { ...PERIOD, finishedSince: '2026-11-10T00:00:00.000Z' }],
  ])('%s: the same as in the index', async (_, filter) => {
    const [kept, index] = [ledgerReader({ table: own.table, now }), indexReader(own)];
    const expected = await index.lookAtJobs(filter, ALL);
    const found = await kept.lookAtJobs(filter, ALL);
    expect(expected.items.length).toBeGreaterThan(0);
    expect(plain(found.items)).toEqual(plain(expected.items));
    expect([found.reachedAt, expected.reachedAt]).toEqual([undefined, undefined]);
  });

  test('whole ones are those of the table', async () => {
    const [kept, index] = [ledgerReader({ table: own.table, now }), indexReader(own)];
    const filter = { since: '2026-01-01T00:00:00.000Z', grades: ['exact' as const, 'weak' as const] };
    const how = { most: 1_000, whole: true };
    expect((await kept.lookAtJobs(filter, how)).items).toEqual((await index.lookAtJobs(filter, how)).items);
    expect((await kept.newestJobs(1_000)).items).toEqual((await index.newestJobs(1_000)).items);
  });

  test('the newest end with a whole day, and what is beyond is said', async () => {
    const kept = ledgerReader({ table: own.table, now });
    const all = (await kept.lookAtJobs(PERIOD, ALL)).items;
    const { items, reachedAt = '' } = await kept.lookAtJobs(PERIOD, { most: 10, whole: false });
    expect(reachedAt).toMatch(/T00:00:00.000Z$/);
    expect(items.length).toBeGreaterThanOrEqual(10);
    expect(plain(items)).toEqual(plain(all.filter(({ requestedAt }) => requestedAt >= reachedAt)));
    const whole = await kept.newestJobs(10);
    expect(plain(whole.items)).toEqual(plain(all).slice(0, 10));
    expect(whole.reachedAt).toBe(items[10]?.requestedAt ?? reachedAt);
  });

  test('every day is counted, whether its jobs are among those looked at or not', async () => {
    const kept = ledgerReader({ table: own.table, now });
    const days = Array.from({ length: 31 }, (_, n) =>
      new Date(Date.parse(SINCE) + n * 86_400_000).toISOString().slice(0, 10),
    );
    const counts = await own.ledger.dayCounts(days);
    for (const most of [1, 10, 10_000]) {
      const looked = await kept.lookAtDays(PERIOD, days, most);
      expect(new Map([...looked.counts].sort())).toEqual(new Map([...counts].sort()));
    }
  });
});

const DAY = '2026-11-20';
const at = (time: string, salt: number) => job({ jobId: idAt(`${DAY}T${time}Z`, salt) });
const mark = attributeOf('packed', DAY);
const statuses = async (own: EngineTable) =>
  (await ledgerReader({ table: own.table, now }).lookAtJobs(PERIOD, ALL)).items.map(({ status }) => status);

async function countedDay(): Promise<EngineTable> {
  const own = await engine.newTable(now);
  await own.ledger.record(at('10:00:00', 1), seen(0));
  await own.ledger.markDaysAgain();
  await own.ledger.countDays(never);
  return own;
}

test('of a day that is being written to, the index is read', async () => {
  await using own = await countedDay();
  expect(await statuses(own)).toEqual(['RUNNING']);
  await own.ledger.record(completed(at('10:00:00', 1)), seen(1), true);
  await own.ledger.record(at('11:00:00', 2), seen(1));
  expect(await statuses(own)).toEqual(['RUNNING', 'COMPLETED']);
});

test('what a version counted that does not keep the jobs is not given out with those kept before, and is kept by the next count', async () => {
  await using own = await countedDay();
  const kept = await own.table.get(dayJobsKey(DAY));
  await own.ledger.record(at('11:00:00', 2), seen(1));
  await own.ledger.markDaysAgain();
  await own.ledger.countDays(never);
  // As such a version leaves it: counted, and the jobs as they were.
  await own.table.put({ ...dayJobsKey(DAY), ...kept });
  await own.table.update(dayMarksKey('2026-11'), { add: { [mark]: -1 } }, {});
  expect((await own.ledger.dayCounts([DAY])).get(DAY)?.status).toEqual({ RUNNING: 2 });
  expect((await own.ledger.dayJobDigests([DAY])).size).toBe(0);
  expect(await statuses(own)).toHaveLength(2);
  await own.ledger.countDays(never);
  expect((await own.ledger.dayJobDigests([DAY])).size).toBe(1);
  expect(await statuses(own)).toHaveLength(2);
});

test('where the jobs of a day were taken away, the index is read', async () => {
  await using own = await countedDay();
  await own.remove(dayJobsKey(DAY));
  expect(await statuses(own)).toEqual(['RUNNING']);
});

test('of two that count at once, the one that kept the jobs first is the one that counts', async () => {
  await using own = await engine.newTable(now);
  await own.ledger.record(at('10:00:00', 1), seen(0));
  await own.ledger.markDaysAgain();
  const { goOn } = await heldWrite(own, (ledger) => ledger.countDays(never));
  await own.ledger.record(at('11:00:00', 2), seen(0));
  await own.ledger.markDaysAgain();
  await own.ledger.countDays(never);
  await goOn();
  expect(await statuses(own)).toHaveLength(2);
});

test('an item that inflates to more than is kept is not used, and what would is not kept', () => {
  const packer = new JobPacker();
  packer.add({ ...at('10:00:00', 1) });
  const { packed = '' } = packer.pack() ?? {};
  const text = inflateRawSync(Buffer.from(packed, 'base64')).toString();
  const repacked = (spaces: number) => deflateRawSync(text + ' '.repeat(spaces)).toString('base64');
  const of = { day: DAY, jobs: 1 };
  expect(unpackedJobs({ packed: repacked(1_000) }, of)).toHaveLength(1);
  expect(unpackedJobs({ packed: repacked(9_000_000) }, of)).toBeUndefined();
  const large = new JobPacker();
  for (let n = 0; n < 100; n++) large.add({ ...at('10:00:00', n), problems: ['x'.repeat(100_000)] });
  expect(large.pack()).toBeUndefined();
});

test('what findings say is not kept, as it may name people', () => {
  const packer = new JobPacker();
  const findings = [{ rule: 'failed', severity: 'warning', at: NOW, why: 'ada@example.com' }];
  packer.add({ ...at('10:00:00', 1), findings });
  const [one] = unpackedJobs(packer.pack() as unknown as Item, { day: DAY, jobs: 1 }) ?? [];
  expect(one).toMatchObject({ findings: [{ rule: 'failed', severity: 'warning' }], findingRules: ['failed'] });
  expect(JSON.stringify(one)).not.toContain('ada@');
});

test('more jobs than an item may hold are not kept, and the index is read', async () => {
  const packer = new JobPacker();
  for (let n = 0; n < 5_001; n++) packer.add({ ...at('10:00:00', n) });
  expect(packer.pack()).toBeUndefined();
  await using own = await countedDay();
  await own.table.update(dayMarksKey('2026-11'), { set: { [mark]: -1 } }, {});
  expect(await statuses(own)).toEqual(['RUNNING']);
  own.requests();
  await own.ledger.countDays(never);
  // Not due for that: counted and not settled yet, it is left as it is.
  expect(own.requests()).toMatchObject({ Query: 1 });
});
