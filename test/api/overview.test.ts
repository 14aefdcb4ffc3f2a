// The overview, the summary and the pages take at most six requests of the table, however many restores there are, and whatever the day.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appOn } from '../../bench/big/api.ts';
import { CountingTable } from '../../bench/big/counting-table.ts';
import { fill } from '../../bench/big/made-ledger.ts';
import { clusterNameOf, projectIdOf } from '../../bench/dynamo/made-jobs.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { jobKey, OLDER_JOBS_KEY } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { isOpen } from '../../functions/restore/job.ts';
import type { Grouping } from '../../functions/schema/words.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { idAt, job, seen } from '../ledger/jobs.ts';
import { textOf } from './web/site.ts';

const MOST = 6;
const LIMIT = 50;
/** What totals are by that an index carries. */
const INDEXED = [
  ...(['day', 'month', 'status', 'kind', 'delivery', 'finding', 'project', 'cluster', 'destination'] as const),
  ...(['targetProject', 'targetCluster'] as const),
] satisfies Grouping[];
const engine = testEngine();

const LOADS = [
  { jobs: 10, clusters: 2, runs: 1, at: '2026-11-29T12:00:00Z' },
  { jobs: 10, clusters: 2, runs: 1, at: '2026-12-01T00:10:00Z' },
  { jobs: 1_000, clusters: 300, runs: 60, at: '2026-11-29T12:00:00Z' },
  { jobs: 1_000, clusters: 20, runs: 60, at: '2026-12-01T00:10:00Z' },
  { jobs: 12_000, clusters: 250, runs: 60, at: '2026-11-29T12:00:00Z' },
].map(({ at, ...load }) => ({ ...load, at, untilMs: Date.parse(at) }));

describe.each(LOADS)('of $jobs jobs of $clusters clusters, at $at', (load) => {
  let own: EngineTable;
  const now = () => load.untilMs;
  beforeAll(async () => {
    own = await engine.newTable(now);
    await fill(own.ledger, load);
  });
  afterAll(() => own[Symbol.asyncDispose]());

  const answer = async (target: string, accept: string) => {
    const counting = new CountingTable(own.table);
    const response = await appOn(counting, load).fetch(
      new Request(`http://127.0.0.1${target}`, { headers: { accept } }),
    );
    expect(response.status).toBe(200);
    return { body: await response.text(), ...counting.taken() };
  };

  const [HTML, AS_JSON] = ['text/html', 'application/json'];
  const project = projectIdOf(0);
  const year = 'period=365d';
  test.each<[string, string]>([
    ['/', HTML],
    ['/summary', AS_JSON],
    [`/summary?${year}`, AS_JSON],
    [`/summary?groupBy=cluster&${year}`, AS_JSON],
    ['/trends', HTML],
    [`/trends?by=kind&${year}`, HTML],
    [`/trends?finding=failed&${year}`, HTML],
    [`/trends?status=FAILED&${year}`, HTML],
    ...INDEXED.map((by) => [`/totals?groupBy=${by}`, HTML] as [string, string]),
    [`/totals?groupBy=targetCluster&destination=elsewhere&${year}`, HTML],
    [`/clusters?projectId=${project}`, HTML],
    [`/clusters?projectId=${project}&clusterName=${clusterNameOf(0)}`, HTML],
    ['/totals?project=team-0&groupBy=targetProject', HTML],
    ['/expected', HTML],
    ['/runs', AS_JSON],
    [`/coverage?projectId=${project}`, AS_JSON],
  ])('GET %s takes at most six requests', async (target, accept) => {
    const { requests } = await answer(target, accept);
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThanOrEqual(MOST);
  });

  test.each([
    ['/', HTML],
    ['/summary', AS_JSON],
    ['/trends', HTML],
    ['/totals?groupBy=cluster', HTML],
  ])(
    'GET %s takes at most six while a run writes to the newest restores, and has what was written',
    async (target, accept) => {
      const before = await answer(target, accept);
      const written = job({ jobId: idAt(new Date(load.untilMs - 60_000).toISOString(), 77), status: 'RUNNING' });
      await own.ledger.record(written, seen(0));
      const during = await answer(target, accept);
      expect(during.requests).toBeLessThanOrEqual(MOST);
      expect(during.body).not.toBe(before.body);
      await own.remove(jobKey(written.projectId, written.jobId));
      await own.ledger.markDaysAgain();
      await own.ledger.countDays(() => false);
      expect((await answer(target, accept)).body).toBe(before.body);
    },
  );

  test('it lists the newest restores, and goes on where the list of all does', async () => {
    const reader = ledgerReader({ table: own.table, now });
    const { jobs } = await reader.overview({ days: [], jobs: LIMIT, runs: 10 });
    const all = await listOf(reader.recordedJobs());
    const ids = all
      .map(({ jobId }) => jobId)
      .sort()
      .reverse();
    expect(jobs.items.map(({ jobId }) => jobId)).toEqual(ids.slice(0, LIMIT));
    const { cursor } = jobs;
    expect(cursor !== undefined).toBe(ids.length > LIMIT);
    const next = cursor === undefined ? [] : (await reader.jobs({ limit: LIMIT, cursor })).items;
    expect(next.map(({ jobId }) => jobId)).toEqual(ids.slice(LIMIT, 2 * LIMIT).slice(0, next.length));
    expect(next.length > 0).toBe(ids.length > LIMIT);
  });

  test('it says how many are open, however old, and the same where that has to be counted', async () => {
    const old = job({ jobId: idAt('2026-01-15T10:00:00Z'), status: 'RUNNING' });
    await own.ledger.record(old, seen(0));
    const open = (await listOf(own.ledger.recordedJobs())).filter(({ job: { status } }) => isOpen(status)).length;
    const said = `Open ${open} now`;
    const counted = await answer('/', 'text/html');
    expect(textOf(counted.body)).toContain(said);
    await own.ledger.markDaysAgain();
    await own.ledger.countDays(() => false);
    expect(await own.table.get(OLDER_JOBS_KEY)).toBeDefined();
    const kept = await answer('/', 'text/html');
    expect(textOf(kept.body)).toContain(said);
    expect(kept.requests).toBeLessThanOrEqual(MOST);
    expect(counted.requests).toBeGreaterThan(kept.requests);
  });
});
