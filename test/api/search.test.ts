// GET /search: what a text is the id or the name of, for programs and for browsers.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SearchResult, search } from '../../functions/api/query/search.ts';
import { cluster, coverage } from '../ledger/coverages.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();
let service: Service;
const SNAPSHOT = '5'.repeat(24);
const JOBS = Array.from({ length: 30 }, (_, n) =>
  job({
    jobId: idAt(new Date(Date.parse('2026-11-20T10:00:00Z') - n * 60_000).toISOString(), n),
    snapshotId: n === 29 ? SNAPSHOT : '6'.repeat(24),
  }),
);
beforeAll(async () => {
  service = await startService(engine);
  const { ledger } = service;
  for (const [n, one] of JOBS.entries()) {
    const name = n === 29 ? 'zoe@example.com' : ['ada@example.com', 'adam'][n % 2];
    const actor = { kind: 'user' as const, id: 'key-7', name: name ?? '' };
    await ledger.record(one, seen(0), false, {
      requester: { actor, grade: 'exact', points: 100, eventType: 'X', rivals: 0 },
    });
  }
  await ledger.saveCoverage(PROJECT, () => coverage(PROJECT, [cluster('orders'), cluster('orders-eu')]));
});
afterAll(() => service[Symbol.asyncDispose]());

const found = async (q: string) => {
  const { hits, complete } = await service.json<SearchResult>(`/search?q=${encodeURIComponent(q)}`);
  return { complete, hits: hits.map(({ kind, value, jobs }) => [kind, value, ...(jobs ? [jobs] : [])]) };
};
const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const opened = async (q: string) => {
  const answer = await fetch(`${service.url}/search?q=${encodeURIComponent(q)}`, { headers: PAGE, redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text(), answer };
};

test('ids, names and parts of them, each with the restores it stands for', async () => {
  const { jobId = '' } = JOBS[3] ?? {};
  expect(await found(jobId)).toEqual({ complete: true, hits: [['job', jobId]] });
  expect(await found(SNAPSHOT)).toEqual({ complete: true, hits: [['snapshot', SNAPSHOT, 1]] });
  expect(await found(PROJECT)).toEqual({ complete: true, hits: [['project', 'payments']] });
  expect((await found('ORDERS')).hits).toEqual([
    ['cluster', 'orders'],
    ['cluster', 'orders-eu'],
  ]);
  expect((await found('ada')).hits).toEqual([
    ['requester', 'ada@example.com', 15],
    ['requester', 'adam', 14],
  ]);
  expect((await found('key-7')).hits).toEqual([['requester', 'key-7', 30]]);
  expect(await found('nothing')).toEqual({ complete: true, hits: [] });
  const { hits } = await service.json<SearchResult>('/search?q=zoe');
  const [{ filter } = { filter: {} }] = hits;
  expect((await service.json<{ jobs: object[] }>(`/restore-jobs?${new URLSearchParams(filter)}`)).jobs).toHaveLength(1);
});

test('a person’s id is found though it looks like a restore’s, and so is a cluster by its project and name', async () => {
  const [id, name] = ['64b0c9a1f2d3e4b5a6978801', 'cy@example.com'];
  await using own = await startService(engine);
  const asked = { actor: { kind: 'user', id, name }, grade: 'exact', points: 100, eventType: 'X', rivals: 0 } as const;
  const legacy = job({ jobId: idAt('2026-11-20T10:00:00Z', 'legacy'), clusterName: 'legacy' });
  await own.ledger.record(legacy, seen(0), false, { requester: asked });
  await own.ledger.saveCoverage(PROJECT, () => coverage(PROJECT, [cluster('orders')]));
  const hitsOf = async (q: string) => await own.json<SearchResult>(`/search?q=${encodeURIComponent(q)}`);
  expect(await hitsOf(id)).toMatchObject({ complete: true, hits: [{ kind: 'requester', value: id, jobs: 1 }] });
  expect((await hitsOf('f'.repeat(24))).hits).toEqual([]);
  for (const q of ['payments/orders', 'Payments/Ord']) {
    expect((await hitsOf(q)).hits).toMatchObject([{ kind: 'cluster', name: 'payments/orders' }]);
  }
  // Deleted long ago: it is in no coverage, but its restores are on record.
  for (const q of ['legacy', 'payments/legacy']) {
    const { hits } = await hitsOf(q);
    expect(hits).toMatchObject([{ kind: 'cluster', value: 'legacy', name: 'payments/legacy' }]);
    const page = await own.get(hits[0]?.page ?? '');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('legacy')]);
  }
});

test('a browser goes straight to the only hit, and sees the hits where there are several', async () => {
  const { jobId = '' } = JOBS[3] ?? {};
  expect(await opened(jobId.toUpperCase())).toMatchObject({ status: 303, location: `/jobs/${jobId}` });
  expect(await opened('zoe')).toMatchObject({ status: 303, location: '/?requester=zoe%40example.com' });
  const { status, text, answer } = await opened('orders');
  expect(status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(text).toContain('clusterName=orders-eu');
  expect((await opened('<script>alert(1)</script>')).text).not.toContain('<script>alert');
  expect(await opened('x'.repeat(300))).toMatchObject({ status: 200, text: expect.stringContaining('at most 200') });
  expect((await opened('')).status).toBe(200);
  for (const place of ['/', '/clusters']) expect(await (await service.get(place)).text()).toContain('role="search"');
});

test('what stopped early says so, and never goes straight to what may not be the only one', async () => {
  const most = { indexed: 10, whole: 10 };
  expect(await search(service.ledger, 'zoe', most)).toMatchObject({
    hits: [],
    complete: false,
    searchedFrom: expect.any(String),
  });
  expect(await search(service.ledger, SNAPSHOT, most)).toMatchObject({ hits: [], complete: false });
  const { onlyHit } = await import('../../functions/api/query/search.ts');
  const part = await search(service.ledger, 'adam', most);
  expect(onlyHit(part)).toMatchObject({ value: 'adam' });
  expect(onlyHit({ ...part, q: 'ada' })).toBeUndefined();
});

test('a search for nothing is refused by the API, and so is another parameter', async () => {
  for (const query of ['', '?q=', '?q=%20', '?q=a&x=1', `?q=${'a'.repeat(201)}`]) {
    const answer = await service.get(`/search${query}`);
    expect([query, answer.status]).toEqual([query, 400]);
  }
  expect((await service.post('/search')).status).toBe(405);
});
