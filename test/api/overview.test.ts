// The overview and the summary take at most six requests of the table, however many restores there are, and whatever the day.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appOn } from '../../bench/big/api.ts';
import { CountingTable } from '../../bench/big/counting-table.ts';
import { fill } from '../../bench/big/made-ledger.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { OLDER_JOBS_KEY } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { isOpen } from '../../functions/restore/job.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { idAt, job, seen } from '../ledger/jobs.ts';
import { textOf } from './web/site.ts';

const MOST = 6;
const LIMIT = 50;
const engine = testEngine();

const LOADS = [
  { jobs: 10, clusters: 2, runs: 1, at: '2026-11-29T12:00:00Z' },
  { jobs: 10, clusters: 2, runs: 1, at: '2026-12-01T00:10:00Z' },
  { jobs: 1_000, clusters: 300, runs: 60, at: '2026-11-29T12:00:00Z' },
  { jobs: 1_000, clusters: 20, runs: 60, at: '2026-12-01T00:10:00Z' },
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

  test.each([
    ['/', 'text/html'],
    ['/summary', 'application/json'],
    ['/summary?period=365d', 'application/json'],
  ])('GET %s takes at most six requests', async (target, accept) => {
    const { requests } = await answer(target, accept);
    expect(requests).toBeGreaterThan(1);
    expect(requests).toBeLessThanOrEqual(MOST);
  });

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
