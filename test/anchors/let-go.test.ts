// test/anchors/let-go.test.ts: jobs that were let go on record, and records of it that somebody forged.
import { expect, test } from 'vitest';
import { mayBeLetGo } from '../../functions/anchors/let-go.ts';
import type { LetGo } from '../../functions/ledger/let-go/let-go.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { idAt, PROJECT } from '../ledger/jobs.ts';
import { anchoredLedgers, OTHER } from './anchored-ledger.ts';

const anchoredLedger = anchoredLedgers();

/** Both jobs of the first project, requested on November 20. */
const letGo: LetGo = {
  ...{ before: '2026-11-21T00:00:00.000Z', kept: [], jobs: 2, ids: NO_IDS, heads: 'h' },
  ...{ days: 30, since: '2026-12-24T01:00:00.000Z', at: '2026-12-24T01:00:00.000Z' },
};

async function withRecord(name: string) {
  const anchored = await anchoredLedger(name);
  const { ledger, jobs, remove } = anchored;
  const [first, second, third] = jobs as [(typeof jobs)[0], (typeof jobs)[0], (typeof jobs)[0]];
  const record = async (changed: Partial<LetGo> | null = {}) => {
    const covered = (await ledger.coverage(PROJECT)) ?? expect.unreachable();
    const ids = toggled(NO_IDS, [first.jobId, second.jobId]);
    const { letGo: _, ...rest } = covered;
    const next = changed === null ? rest : { ...rest, letGo: { ...letGo, ids, ...changed } };
    await ledger.saveCoverage(PROJECT, () => next, covered);
  };
  const drop = async () => {
    for (const { projectId, jobId } of [first, second]) await remove(jobKey(projectId, jobId));
  };
  return { ...anchored, first, second, third, record, drop };
}

test('jobs that the stated retention lets go are counted, and no others are excused by it', async () => {
  const { take, compare, record, drop, remove, third } = await withRecord('stated');
  await take('2026-11-24', { retentionDays: 30 });
  await record();
  await drop();
  await remove(jobKey(OTHER, third.jobId));
  const found = { letGo: 2, letGoUnproven: 0, differing: [{ jobId: third.jobId, what: 'vanished' }] };
  expect((await compare('2026-12-24')).check).toMatchObject(found);
  const { totals } = await take('2026-12-24', { retentionDays: 30 });
  expect(totals).toMatchObject({ letGo: 2, missing: 1, jobs: 0 });
  expect((await compare('2026-12-25')).check).toMatchObject(found);
});

test('a record that lets go of jobs too young for any retention, or without one, is named as forged', async () => {
  const { take, compare, record, drop, first, second } = await withRecord('forged');
  await take('2026-11-24');
  await record();
  const unfounded = [first, second].map(({ jobId }) => ({ projectId: PROJECT, jobId, what: 'let-go-unfounded' }));
  await drop();
  // Within 30 days no setting does it, and nothing has to be stated.
  expect((await compare('2026-12-10')).check).toMatchObject({ letGo: 0, differing: unfounded });
  const { totals, findings } = await take('2026-12-10');
  expect(totals).toMatchObject({ letGo: 0, missing: 2 });
  expect(findings.map(({ what }) => what)).toEqual(['missing', 'missing']);
  // And what an anchor missed stays missing, however old the job gets.
  const vanished = unfounded.map((of) => ({ ...of, what: 'vanished' }));
  expect((await compare('2027-06-01')).check).toMatchObject({ letGo: 0, differing: vanished });
});

test('jobs falsely let go on record that are still there are anchored like all others', async () => {
  const { take, compare, record } = await withRecord('still-there');
  await take('2026-11-24', { retentionDays: 0 });
  await record();
  expect(await take('2026-12-24', { retentionDays: 0 })).toMatchObject({ totals: { jobs: 3, letGo: 0 }, findings: [] });
  expect((await compare('2026-12-24')).check).toMatchObject({ asAnchored: 3, differingCount: 0 });
});

test('without a stated retention it is not known; with none in force the next anchor misses the jobs', async () => {
  const { take, compare, record, drop } = await withRecord('unknown');
  await take('2026-11-24');
  await record();
  await drop();
  expect((await compare('2026-12-24')).check).toMatchObject({ letGo: 2, letGoUnproven: 2, differingCount: 0 });
  expect((await take('2026-12-24')).totals).toMatchObject({ letGo: 2, missing: 0 });
  expect((await compare('2026-12-25')).check).toMatchObject({ letGo: 2, letGoUnproven: 2, differingCount: 0 });
  const off = await withRecord('off');
  await off.take('2026-11-24', { retentionDays: 0 });
  await off.record();
  await off.drop();
  // Since the last anchor the setting may have changed.
  expect((await off.compare('2026-12-24')).check).toMatchObject({ letGo: 2, letGoUnproven: 2 });
  expect((await off.take('2026-12-24', { retentionDays: 0 })).totals).toMatchObject({ letGo: 0, missing: 2 });
});

test('a record that shrinks, goes away, or stands for fewer jobs than are gone is named', async () => {
  const { take, compare, record, drop } = await withRecord('record');
  await take('2026-11-24', { retentionDays: 30 });
  await drop();
  await record({ jobs: 1 }); // one of the two is hidden behind the other
  const altered = { differing: [{ projectId: PROJECT, day: '2026-11-24', what: 'let-go-altered' }] };
  expect((await compare('2026-12-24')).check).toMatchObject(altered);
  await record();
  await take('2026-12-24', { retentionDays: 30 });
  expect((await compare('2026-12-24')).check.differing).toEqual([]);
  const dated = { differing: [{ projectId: PROJECT, day: '2026-12-24', what: 'let-go-altered' }] };
  for (const forged of [
    null,
    { jobs: 1 },
    { heads: 'other' },
    { before: '2026-11-20T00:00:00.000Z', jobs: 3 },
    { jobs: 'x' as never },
  ]) {
    await record(forged);
    expect((await compare('2026-12-24')).check, JSON.stringify(forged)).toMatchObject(dated);
  }
  await record({ jobs: 3, heads: 'next', before: '2026-11-22T00:00:00.000Z' });
  expect((await compare('2026-12-24')).check.differing).toEqual([]);
});

test('a retention lets a job go once it is so old, and never within 30 days', () => {
  const jobId = idAt('2026-11-20T10:00:00Z');
  const on = (day: string) => Date.parse(`${day}T10:00:00Z`);
  expect(mayBeLetGo(jobId, on('2026-12-19'), [1, undefined])).toBe('no');
  expect(mayBeLetGo(jobId, on('2026-12-20'), [30])).toBe('yes');
  expect(mayBeLetGo(jobId, on('2026-12-20'), [365, 30])).toBe('yes');
  expect(mayBeLetGo(jobId, on('2026-12-20'), [365, 0])).toBe('no');
  expect(mayBeLetGo(jobId, on('2026-12-20'), [365, undefined])).toBe('unknown');
  expect(mayBeLetGo(jobId, on('2027-11-20'), [365, 0])).toBe('yes');
});
