// test/anchors/announcements.test.ts: announced restores that were altered or taken away are found against the anchors.
import { expect, test } from 'vitest';
import { announce, withdraw } from '../../functions/ledger/announcing/announce.ts';
import { eraseEverywhere } from '../../functions/ledger/erasure/erase-everywhere.ts';
import { expectedKey } from '../../functions/ledger/table/keys.ts';
import type { ExpectedRestore } from '../../functions/restore/expected/expected-restore.ts';
import { idAt, PROJECT } from '../ledger/jobs.ts';
import { anchoredLedgers } from './anchored-ledger.ts';

const anchoredLedger = anchoredLedgers();
const by = { kind: 'cli', name: 'ada@example.com' } as const;
const NONE = { asAnchored: 0, newer: 0, erased: 0, differing: [], differingCount: 0 };

async function withAnnouncements(name: string, count = 2) {
  const anchored = await anchoredLedger(name);
  const { table } = anchored;
  const all: ExpectedRestore[] = [];
  for (let n = 0; n < count; n++) {
    const request = {
      projectId: PROJECT,
      clusterName: 'orders',
      until: `2026-11-2${n + 5}T10:00:00.000Z`,
      restores: 1,
    };
    const { expected } = await announce(table, request, { by: by as never, at: '2026-11-23T10:00:00.000Z' });
    all.push(expected);
  }
  const key = ({ expectedRestoreId }: ExpectedRestore) => expectedKey(PROJECT, expectedRestoreId);
  const alter = async (of: ExpectedRestore, change: object) => {
    const item = (await table.get(key(of))) ?? expect.unreachable();
    await table.put({ ...item, ...change, ...key(of) });
  };
  return { ...anchored, all, key, alter };
}

test('what came of them since is no difference; what they said is', async () => {
  const { ledger, table, all, alter, take, compare } = await withAnnouncements('altered');
  const [first, second] = all as [ExpectedRestore, ExpectedRestore];
  expect((await take('2026-11-24')).totals).toMatchObject({ announcements: 2, altered: 0 });
  expect((await compare('2026-11-24')).announcements).toEqual({ ...NONE, asAnchored: 2 });
  await ledger.saveExpectedRestore(first, { jobs: [{ jobId: idAt('2026-11-24T10:00:00Z') }] });
  await withdraw(table, second, { by: by as never, at: '2026-11-24T11:00:00.000Z' });
  expect((await compare('2026-11-24')).announcements).toEqual({ ...NONE, asAnchored: 2 });
  expect(await take('2026-11-25')).toMatchObject({ findings: [], totals: { announcements: 2 } });
  const altered = (of: ExpectedRestore, day: string) => ({
    ...NONE,
    ...{ asAnchored: 1, differingCount: 1 },
    differing: [{ projectId: PROJECT, expectedRestoreId: of.expectedRestoreId, day, what: 'altered' }],
  });
  for (const change of [
    { until: '2026-11-30T10:00:00.000Z', revision: 9 },
    { clusterName: 'others' }, // under the same revision
    { ticket: 'OPS-1', revision: 3 },
    { revision: 1 },
  ]) {
    await alter(first, change);
    const { announcements } = await compare('2026-11-25');
    expect(announcements.differing, JSON.stringify(change)).toMatchObject([{ what: 'altered' }]);
    await alter(first, { ...first, jobs: [{ jobId: idAt('2026-11-24T10:00:00Z') }], revision: 2, ticket: undefined });
  }
  expect((await compare('2026-11-25')).announcements).toEqual({ ...NONE, asAnchored: 2 });
  await alter(second, { withdrawn: undefined, revision: 5 }); // taken back, as if it still held
  expect((await compare('2026-11-25')).announcements).toEqual(altered(second, '2026-11-25'));
  const found = { projectId: PROJECT, expectedRestoreId: second.expectedRestoreId, what: 'altered' };
  expect(await take('2026-11-26')).toMatchObject({ findings: [found], totals: { altered: 1 } });
  // The next anchor doesn't make it good.
  expect((await compare('2026-11-26')).announcements).toEqual(altered(second, '2026-11-25'));
});

test('one that was taken away is named, and so is one made anew in its place; a new one is not anchored yet', async () => {
  const { table, remove, all, key, take, compare } = await withAnnouncements('taken-away');
  const [first, second] = all as [ExpectedRestore, ExpectedRestore];
  await take('2026-11-24');
  for (const each of [first, second]) await remove(key(each));
  const request = { projectId: PROJECT, clusterName: 'orders', until: '2026-11-27T10:00:00.000Z', restores: 1 };
  await announce(table, request, { by: by as never, at: '2026-11-24T10:00:00.000Z' });
  const of = { projectId: PROJECT, day: '2026-11-24', what: 'vanished' };
  const { announcements } = await compare('2026-11-24');
  expect(announcements).toMatchObject({ newer: 1, differingCount: 2 });
  expect(announcements.differing).toEqual(
    expect.arrayContaining([first, second].map(({ expectedRestoreId }) => ({ ...of, expectedRestoreId }))),
  );
  expect((await take('2026-11-25')).totals).toMatchObject({ announcements: 1, altered: 2 });
  expect((await take('2026-11-26')).totals).toMatchObject({ announcements: 1, altered: 0 });
  expect((await compare('2026-11-26')).announcements).toMatchObject({ asAnchored: 1, newer: 0, differingCount: 2 });
});

test('a name that was erased on record is told, and excuses no later change', async () => {
  const { table, all, alter, take, compare } = await withAnnouncements('erased', 1);
  const [first] = all as [ExpectedRestore];
  await take('2026-11-24');
  const at = '2026-11-24T12:00:00.000Z';
  const decision = { by: 'dpo@example.com', reason: 'request 4711', pseudonym: 'erased-1', at, runId: idAt(at) };
  expect(await eraseEverywhere(table, { identities: new Set(['ada@example.com']), ...decision })).toMatchObject({
    expected: 1,
  });
  expect((await compare('2026-11-24')).announcements).toEqual({ ...NONE, erased: 1 });
  expect((await take('2026-11-25')).findings).toEqual([]);
  expect((await compare('2026-11-25')).announcements).toEqual({ ...NONE, erased: 1 });
  await alter(first, { ticket: 'OPS-2', revision: 8 });
  expect((await compare('2026-11-25')).announcements.differing).toMatchObject([{ day: '2026-11-25', what: 'altered' }]);
});

test('of what is no announcement an anchor says so, and can be read all the same', async () => {
  const { all, alter, take, compare } = await withAnnouncements('hostile', 1);
  const [first] = all as [ExpectedRestore];
  for (const change of [{ expectedRestoreId: '../x' }, { revision: -1 }, { projectId: 'b'.repeat(24) }]) {
    await alter(first, { ...first, ...change });
    const day = `2026-11-${24 + first.revision++}`;
    expect((await take(day)).totals).toMatchObject({ announcements: 0, altered: 1 });
    expect((await compare(day)).announcements.asAnchored).toBe(0);
  }
});
