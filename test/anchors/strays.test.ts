// test/anchors/strays.test.ts: jobs that nothing but their items shows are anchored, too, and what somebody wrote by hand spoils no anchor.
import { expect, test } from 'vitest';
import { coverageKey, jobKey, projectKey } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { anchoredLedgers, OTHER } from './anchored-ledger.ts';

const anchoredLedger = anchoredLedgers();
const STRAY = 'cccccccccccccccccccccccc';

test('a job of a project of which nothing else is on record is anchored, and missed once it is gone', async () => {
  const { ledger, remove, take, compare } = await anchoredLedger('stray');
  const stray = job({ projectId: STRAY, jobId: idAt('2026-11-22T10:00:00Z') });
  await ledger.record(stray, seen(0));
  expect(await take('2026-11-24')).toMatchObject({ totals: { projects: 3, jobs: 4 }, findings: [] });
  expect((await compare('2026-11-24')).check).toMatchObject({ asAnchored: 4, newer: 0 });
  await remove(jobKey(STRAY, stray.jobId));
  expect((await compare('2026-11-24')).check.differing).toMatchObject([{ jobId: stray.jobId, what: 'vanished' }]);
  expect((await take('2026-11-25')).findings).toEqual([{ projectId: STRAY, jobId: stray.jobId, what: 'missing' }]);
});

test('a project that the index no longer shows is anchored by its items, in the parts of a day, too', async () => {
  const { ledger, table, take, compare } = await anchoredLedger('hidden');
  for (const [n, projectId] of ['111111111111111111111111', STRAY].entries())
    await ledger.record(job({ projectId, jobId: idAt('2026-11-22T10:00:00Z', n) }), seen(0));
  for (const key of [coverageKey(OTHER), projectKey(OTHER)]) {
    const { feed: _, feedKey: __, ...hidden } = (await table.get(key)) ?? {};
    await table.put({ ...hidden, ...key });
  }
  expect((await listOf(ledger.projects())).map(({ projectId }) => projectId)).toEqual([PROJECT]);
  const never = { isOutOfTime: () => true };
  for (const state of ['partly', 'partly', 'partly', 'taken'] as const)
    expect(await take('2026-11-24', never)).toMatchObject({ state, totals: { projects: 1 } });
  expect((await compare('2026-11-24')).check).toMatchObject({ asAnchored: 5, newer: 0, differingCount: 0 });
});

test('what no line can name, or no history is, is a finding, and the next anchors can be read all the same', async () => {
  const { table, jobs, take, compare } = await anchoredLedger('hostile');
  const [first, second] = jobs as [(typeof jobs)[0], (typeof jobs)[0]];
  await take('2026-11-24');
  const stored = (await table.get(jobKey(PROJECT, second.jobId))) ?? expect.unreachable();
  const put = (projectId: string, jobId: string, change: object) =>
    table.put({ ...stored, ...change, ...jobKey(projectId, jobId) });
  const id = idAt('2026-11-22T10:00:00Z');
  for (const changes of [[null], ['x'], [{ revision: -1, fields: {} }], [{ revision: 'x', fields: {} }], 7, {}, [{}]]) {
    await put(PROJECT, id, { jobId: id, changes });
    expect((await compare('2026-11-24')).check.differingCount).toBe(0);
  }
  await put(PROJECT, 'zz', {}); // no id of a job
  await put('../../etc', id, {}); // no id of a project
  await put(PROJECT, first.jobId, {}); // says that it is another job
  const item = (await table.get(coverageKey(PROJECT))) ?? expect.unreachable();
  const coverage = { ...(item.coverage as object), recorded: -5, letGo: { before: 7, kept: 'all' } };
  await table.put({ ...item, coverage, ...coverageKey(PROJECT) });
  const { totals, findings } = await take('2026-11-25');
  expect(totals, JSON.stringify(findings)).toMatchObject({ broken: 5, rewritten: 1 });
  expect(findings).toEqual(
    expect.arrayContaining([
      { projectId: PROJECT, what: 'broken' },
      { projectId: '../../etc', what: 'broken' },
      { projectId: PROJECT, jobId: 'zz', what: 'broken' },
      { projectId: PROJECT, jobId: id, what: 'broken' },
      { projectId: PROJECT, jobId: first.jobId, what: 'rewritten' },
    ]),
  );
  expect(await take('2026-11-26')).toMatchObject({ state: 'taken' });
  expect((await compare('2026-11-26')).check.differing).toMatchObject([{ jobId: first.jobId, what: 'rewritten' }]);
});

test('a history that goes on is anchored once more, whoever lists its project', async () => {
  const { ledger, take } = await anchoredLedger('goes-on');
  const stray = job({ projectId: STRAY, jobId: idAt('2026-11-22T10:00:00Z') });
  await ledger.record(stray, seen(0));
  await take('2026-11-24');
  await ledger.record(completed(stray, '2026-11-22T10:05:00.000Z'), seen(5));
  expect(await take('2026-11-25')).toMatchObject({ totals: { jobs: 4, changed: 1, rewritten: 0 }, findings: [] });
});
