// GET /summary with filters and by the values of one field, against the sums of a plain list.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../functions/api/query/summary.ts';
import { totalsOf } from '../../functions/api/query/totals.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import { GROUPINGS, type Status } from '../../functions/schema/words.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { type Service, startService } from './service.ts';
import { textOf } from './web/site.ts';

const OTHER = 'b'.repeat(24);
const engine = testEngine();
let service: Service;

const STATES: readonly Status[] = ['COMPLETED', 'FAILED', 'RUNNING'];
const JOBS = Array.from({ length: 60 }, (_, n) => {
  const at = new Date(Date.parse('2026-11-22T20:00:00Z') - n * 6 * 3_600_000).toISOString();
  const status = STATES[n % 3] ?? 'FAILED';
  const one = job({
    ...{ jobId: idAt(at, n), status, projectId: n % 2 ? PROJECT : OTHER, projectName: n % 2 ? 'payments' : 'search' },
    ...{ clusterName: `c${n % 4}`, targetProjectId: n % 5 ? PROJECT : OTHER, targetClusterName: 'copy' },
  });
  return status === 'COMPLETED' ? completed(one, new Date(Date.parse(one.requestedAt) + n * 1000).toISOString()) : one;
});
const who = (n: number): Requester | undefined =>
  n % 3 === 0
    ? undefined
    : {
        actor: { kind: 'user', name: n % 3 === 1 ? 'ada' : 'b*b' },
        ...{ grade: n % 6 === 1 ? 'weak' : 'exact', points: 90, eventType: 'X', rivals: 0 },
      };

beforeAll(async () => {
  service = await startService(engine);
  for (const [n, one] of JOBS.entries()) {
    const requester = who(n);
    await service.ledger.record(one, seen(0), false, requester ? { requester } : {});
  }
});
afterAll(() => service[Symbol.asyncDispose]());

const summary = (query: string) => service.json<Summary>(`/summary?period=30d&${query}`);

test('of what fits a filter, all numbers', async () => {
  const wanted = JOBS.filter(({ clusterName, projectId }) => clusterName === 'c1' && projectId === PROJECT);
  const done = wanted.flatMap(({ status, durationSeconds = 0 }) => (status === 'COMPLETED' ? [durationSeconds] : []));
  const total = done.reduce((sum, each) => sum + each, 0);
  const { totals, jobs, byStatus, truncated } = await summary('source=payments/c1');
  expect({ jobs, truncated }).toEqual({ jobs: wanted.length, truncated: false });
  expect(byStatus.COMPLETED).toBe(done.length);
  expect(totals).toMatchObject({
    ...{ jobs: wanted.length, completed: done.length, open: wanted.filter((one) => one.status === 'RUNNING').length },
    durations: {
      ...{ completed: done.length, totalSeconds: total, meanSeconds: Math.round(total / done.length) },
      maxSeconds: Math.max(...done),
    },
  });
  expect(await summary('source=nothing')).toMatchObject({ jobs: 0, totals: { jobs: 0, durations: { completed: 0 } } });
});

test('no median of fewer than 5 completed restores, and no 95th percentile of fewer than 20', async () => {
  const answers = await Promise.all(['day', 'cluster'].map((field) => summary(`groupBy=${field}`)));
  const all = answers.flatMap(({ groups = [], totals }) => [...groups, ...(totals ? [totals] : [])]);
  for (const { durations } of all) {
    expect(durations.medianSeconds !== undefined).toBe(durations.completed >= 5);
    expect(durations.p95Seconds !== undefined).toBe(durations.completed >= 20);
  }
  expect(new Set(all.map(({ durations }) => durations.completed))).toEqual(new Set([1, 2, 5, 20]));
});

test.each(['period=30d', 'period=30d&destination=project,download', 'period=30d&delivery=download'])(
  'of %s, the filter of a target lists the restores that are counted, though Atlas names one for downloads, too',
  async (asked) => {
    await using own = await startService(engine);
    const DELIVERIES = ['automated', 'download', 'unknown'] as const;
    const jobs = JOBS.map((one, n) => ({ ...one, delivery: DELIVERIES[n % 3] ?? 'automated' }));
    await own.add(...jobs);
    for (const groupBy of ['targetProject', 'targetCluster']) {
      const { groups = [], jobs: whole } = await own.json<Summary>(`/summary?${asked}&groupBy=${groupBy}`);
      expect(groups.reduce((sum, group) => sum + group.jobs, 0)).toBe(whole);
      for (const { filter, jobs: counted, value } of groups) {
        if (filter === undefined) continue;
        const query = new URLSearchParams({
          ...Object.fromEntries(new URLSearchParams(asked)),
          ...filter,
          limit: '200',
        });
        const { jobs: listed } = await own.json<{ jobs: object[] }>(`/restore-jobs?${query}`);
        expect([groupBy, value, listed.length]).toEqual([groupBy, value, counted]);
      }
    }
  },
);

test('the overview says of how many restores its median is, and has none of too few', async () => {
  const says = async (of: Service) => textOf(await (await of.get('/', { accept: 'text/html' })).text());
  expect(await says(service)).toMatch(/20 restores completed in [^(]+ \(median\), [^(]+ \(95th percentile\)/);
  await using few = await startService(engine);
  for (const one of JOBS.slice(0, 10)) await few.ledger.record(one, seen(0));
  expect(await says(few)).toMatch(/4 restores completed in at most 9 s /);
});

test('by any field: each job is in a group, whose filter lists just these', async () => {
  for (const groupBy of GROUPINGS) {
    const { groups = [], totals } = await summary(`groupBy=${groupBy}`);
    expect([groupBy, groups.reduce((sum, group) => sum + group.jobs, 0)]).toEqual([groupBy, totals?.jobs]);
    // A trend is read in the order of time, everything else by how much there is.
    if (groupBy === 'day' || groupBy === 'month')
      expect(groups.map(({ value }) => value)).toEqual(
        groups
          .map(({ value }) => value)
          .toSorted()
          .reverse(),
      );
    else expect(groups.map(({ jobs }) => jobs)).toEqual(groups.map(({ jobs }) => jobs).toSorted((a, b) => b - a));
    for (const { filter, jobs, durations } of groups.filter((group) => group.filter)) {
      const query = new URLSearchParams({ period: '30d', limit: '200', ...filter });
      if (filter?.since) query.delete('period');
      const listed = await service.json<{ jobs: { status: string }[] }>(`/restore-jobs?${query}`);
      expect([groupBy, filter, listed.jobs.length]).toEqual([groupBy, filter, jobs]);
      expect(durations.completed).toBe(listed.jobs.filter(({ status }) => status === 'COMPLETED').length);
    }
  }
});

test('a requester is counted with how many of it are a hint; what would be a pattern has no filter', async () => {
  const { groups } = await summary('groupBy=requester');
  expect(groups).toMatchObject([
    { jobs: 20 },
    { value: 'ada', jobs: 20, unsure: 10, filter: { requester: 'ada' } },
    { value: 'b*b', jobs: 20 },
  ]);
  expect(groups?.[0]).not.toHaveProperty('value');
  expect(groups?.[2]).not.toHaveProperty('filter');
});

test('more than one answer reads: the newest are counted, and it says since when', async () => {
  const period = { from: '2026-10-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
  const most = { indexed: 30, whole: 20 };
  for (const [groupBy, count] of [
    ['cluster', 30],
    ['requester', 20],
  ] as const) {
    const of = await totalsOf(service.ledger, period, { filter: {}, groupBy }, most);
    expect(of).toMatchObject({ truncated: true, jobs: count, totals: { jobs: count } });
    expect(JOBS.filter(({ requestedAt }) => requestedAt >= (of.countedFrom ?? '')).length).toBe(count);
  }
  const rare = await totalsOf(service.ledger, period, { filter: { snapshotId: 'f'.repeat(24) } }, most);
  expect(rare).toMatchObject({ truncated: true, jobs: 0, countedFrom: expect.any(String) });
});

test('a period is days, moments or an age; what is too long, or empty, is refused', async () => {
  const last = await service.json<Summary>('/summary?period=last-month&groupBy=status');
  expect(last).toMatchObject({ from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z', jobs: 0 });
  const some = await service.json<Summary>('/summary?since=2026-11-20T12:00:00Z&until=2026-11-22T12:00:00Z');
  expect(some.byDay.map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22']);
  expect(some.jobs).toBe(
    JOBS.filter(({ requestedAt: at }) => at >= '2026-11-20T12:00:00.000Z' && at < '2026-11-22T12:00:00.000Z').length,
  );
  expect(some.byDay.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(some.jobs);
  for (const [query, field] of [
    ['since=2020-01-01', 'since'],
    ['since=2030-01-01', 'since'],
    ['groupBy=who', 'groupBy'],
    ['limit=5', 'limit'],
  ] as const) {
    const answer = await service.get(`/summary?${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { field }]);
  }
  expect(Date.parse(NOW)).toBeGreaterThan(Date.parse('2026-11-22T20:00:00Z'));
});
