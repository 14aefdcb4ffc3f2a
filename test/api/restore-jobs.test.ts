// Lists of restore jobs and single ones, over HTTP, against a plain in-memory model.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobsFilterParameter } from '../../functions/api/query/jobs-query.ts';
import type { JobSummary, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { isOpen, type RestoreJob } from '../../functions/restore/job.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { DELIVERIES, KINDS, RULES, STATUSES, type Status } from '../../functions/schema/words.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { nextOf, type Service, startService, walk } from './service.ts';

interface JobList {
  jobs: JobSummary[];
  cursor?: string;
}

const OTHER = 'bbbbbbbbbbbbbbbbbbbbbbbb';
const engine = testEngine();

/** A job for each number, spread over four months, over everything that can be filtered by. */
function various(n: number): RestoreJob {
  const at = new Date(Date.parse('2026-11-22T20:00:00Z') - n * 31 * 3_600_000).toISOString();
  const pick = <T>(values: readonly T[], step: number) => values[Math.floor(n / step) % values.length] as T;
  return job({
    jobId: idAt(at, n),
    projectId: pick([PROJECT, OTHER], 1),
    clusterName: pick(['orders', 'events', 'orders-eu'], 2),
    status: pick(STATUSES, 1),
    kind: pick(KINDS, 3),
    delivery: pick(DELIVERIES, 1),
    targetProjectId: pick([PROJECT, OTHER], 3),
    snapshotId: pick(['d'.repeat(24), 'e'.repeat(24)], 5),
  });
}
/** Nothing, one or two; every rule comes. */
const found = (n: number): Finding[] =>
  [RULES[n % (RULES.length + 5)], ...(n % 3 ? [] : [RULES[0]])]
    .filter((rule, i, all) => rule !== undefined && all.indexOf(rule) === i)
    .map((rule) => ({
      rule: rule as Finding['rule'],
      severity: 'warning',
      at: '2026-11-22T21:00:00.000Z',
      why: 'Made up.',
    }));
const ALL = Array.from({ length: 90 }, (_, n) => various(n));

describe('GET /restore-jobs', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
    const { ledger } = service;
    await Promise.all(ALL.map((one, n) => ledger.record(one, seen(0), false, { assess: () => found(n) })));
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('the newest come first, and no secret of the ledger with them', async () => {
    const { jobs } = await service.json<JobList>('/restore-jobs?limit=3');
    expect(jobs.map(({ jobId }) => jobId)).toEqual(ALL.slice(0, 3).map(({ jobId }) => jobId));
    expect(jobs[0]).toMatchObject({
      projectId: PROJECT,
      clusterName: 'orders',
      revision: 1,
      requestedAt: ALL[0]?.requestedAt,
    });
    for (const hidden of ['fingerprint', 'atlas', 'changes', 'pk', 'feed']) expect(jobs[0]).not.toHaveProperty(hidden);
  });

  const projectId = fc.constantFrom(PROJECT, OTHER);
  const moments = fc.constantFrom('2026-08-01', '2026-10-01T00:00:00Z', '2026-11-10T12:30:00+02:00', '2026-11-22');
  const filters = fc.record(
    {
      place: fc.oneof(
        fc.record({ projectId }),
        fc.record({ projectId, clusterName: fc.constantFrom('orders', 'events', 'nowhere') }),
      ),
      statuses: fc.oneof(fc.subarray([...STATUSES], { minLength: 1 }), fc.boolean()),
      kind: fc.constantFrom(...KINDS),
      delivery: fc.constantFrom(...DELIVERIES),
      targetProjectId: projectId,
      snapshotId: fc.constantFrom('d'.repeat(24), 'e'.repeat(24)),
      finding: fc.constantFrom(...RULES),
      since: moments,
      until: moments,
      order: fc.constantFrom('asc' as const, 'desc' as const),
    },
    { requiredKeys: [] },
  );
  const PLAIN = ['kind', 'delivery', 'targetProjectId', 'snapshotId'] as const;

  test('every combination of filters gives what a plain list would, page by page, nothing lost and nothing twice', async () => {
    const limits = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(filters, limits, fc.boolean(), async (asked, limit, commas) => {
        const { place = {}, statuses, since, until, order = 'desc' } = asked;
        fc.pre(since === undefined || until === undefined || Date.parse(since) < Date.parse(until));
        const query = new URLSearchParams({ limit: String(limit), ...place });
        for (const name of [...PLAIN, 'finding', 'since', 'until', 'order'] as const) {
          if (asked[name] !== undefined) query.set(name, asked[name]);
        }
        if (typeof statuses === 'boolean') query.set('open', String(statuses));
        else if (commas && statuses) query.set('status', statuses.join(','));
        else for (const status of statuses ?? []) query.append('status', status);

        const expected = ALL.filter((one, n) => {
          if (Object.entries(place).some(([name, value]) => one[name as keyof RestoreJob] !== value)) return false;
          if (typeof statuses === 'boolean' && isOpen(one.status) !== statuses) return false;
          if (Array.isArray(statuses) && !statuses.includes(one.status)) return false;
          if (PLAIN.some((name) => asked[name] !== undefined && one[name] !== asked[name])) return false;
          if (asked.finding && !found(n).some(({ rule }) => rule === asked.finding)) return false;
          const at = Date.parse(one.requestedAt);
          return !(since && at < Date.parse(since)) && !(until && at >= Date.parse(until));
        }).map(({ jobId }) => jobId);
        if (order === 'asc') expected.reverse();

        const { items } = await walk<JobSummary>(service, `/restore-jobs?${query}`, 'jobs');
        expect(items.map(({ jobId }) => jobId)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  /** Names of nothing on record are refused, which names.test.ts tests. */
  type Looked = 'project' | 'cluster' | 'targetProject' | 'orgId' | 'tag';
  const MATCHES_NONE: Record<Exclude<JobsFilterParameter, 'order' | 'sort' | Looked>, string> = {
    projectId: `projectId=${'f'.repeat(24)}`,
    clusterName: `projectId=${PROJECT}&clusterName=nowhere`,
    status: 'status=EXPIRED',
    open: 'open=true',
    kind: 'kind=collection',
    delivery: 'delivery=unknown',
    targetProjectId: `targetProjectId=${'f'.repeat(24)}`,
    snapshotId: `snapshotId=${'f'.repeat(24)}`,
    finding: 'finding=stuck',
    accountId: 'accountId=111111111111',
    organizationId: 'organizationId=o-aaaaaaaaaa',
    source: 'source=prod-*',
    target: 'target=prod-*',
    targetCluster: 'targetCluster=nowhere',
    destination: 'destination=elsewhere,download',
    requester: 'requester=*',
    grade: 'grade=exact,none',
    purpose: 'purpose=drill',
    ticket: 'ticket=OPS-1',
    validation: 'validation=SUCCESSFUL',
    announced: 'announced=true',
    expectedRestoreId: `expectedRestoreId=${'f'.repeat(24)}`,
    period: 'period=today',
    finishedSince: 'finishedSince=2016-01-01',
    finishedUntil: 'finishedUntil=2036-01-01',
    since: 'since=2026-11-23',
    until: 'until=2026-01-01',
  };

  test.each(Object.entries(MATCHES_NONE))('%s is not accepted and ignored', async (_, query) => {
    await using plain = await startService(engine);
    await plain.add(job({ status: 'COMPLETED', kind: 'dedicated', delivery: 'automated' }));
    expect((await plain.json<JobList>('/restore-jobs')).jobs).toHaveLength(1);
    expect((await plain.json<JobList>(`/restore-jobs?${query}`)).jobs).toEqual([]);
  });

  test.each([
    ['projectId=nope', 'projectId'],
    [`projectId=${PROJECT.toUpperCase()}`, 'projectId'],
    ['clusterName=orders', 'clusterName'],
    [`projectId=${PROJECT}&clusterName=`, 'clusterName'],
    ['status=DONE', 'status'],
    ['status=COMPLETED,', 'status'],
    ['open=yes', 'open'],
    ['open=true&status=FAILED', 'open'],
    ['kind=shared', 'kind'],
    ['delivery=RESTORE', 'delivery'],
    ['targetProjectId=1', 'targetProjectId'],
    ['snapshotId=1', 'snapshotId'],
    ['finding=slower', 'finding'],
    ['finding=', 'finding'],
    ['finding=slow,stuck,', 'finding'],
    ['destination=outside', 'destination'],
    ['grade=sure', 'grade'],
    ['requester=', 'requester'],
    ['source=%20', 'source'],
    ['organizationId=1', 'organizationId'],
    ['period=0d', 'period'],
    ['period=last-decade', 'period'],
    ['period=7d&since=1d', 'period'],
    ['period=7d&until=1d', 'period'],
    ['since=last-month', 'since'],
    ['since=7x', 'since'],
    ['finishedSince=1d&finishedUntil=2d', 'finishedUntil'],
    [`project=a&projectId=${PROJECT}`, 'project'],
    [`cluster=a&projectId=${PROJECT}&clusterName=b`, 'cluster'],
    [`targetProject=a&targetProjectId=${PROJECT}`, 'targetProject'],
    ['sort=findings', 'sort'],
    ['sort=status:up', 'sort'],
    ['sort=status&order=asc', 'order'],
    ['cursor=a&before=b', 'before'],
    ['before=abc', 'before'],
    ['limit=all&format=json', 'limit'],
    ['limit=all', 'limit'],
    ['limit=all&format=csv&sort=status', 'sort'],
    ['finding=no-such-rule', 'finding'],
    ['since=yesterday', 'since'],
    ['since=2026-11-23T12:00:00', 'since'],
    ['since=2026-11-23&until=2026-11-23', 'until'],
    ['order=newest', 'order'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=10&limit=20', 'limit'],
    ['cursor=abc', 'cursor'],
    ['cursor=', 'cursor'],
    ['format=xml', 'format'],
    ['page=2', 'page'],
    ['__proto__=1', '__proto__'],
  ])('%s is a problem with %s', async (query, field) => {
    service.requests();
    const response = await service.get(`/restore-jobs?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: '/problems/bad-parameter', status: 400, field });
    expect(service.requests()).toEqual({});
  });

  test('a page links to the next one, with the filters it was asked for and the format', async () => {
    const response = await service.get('/restore-jobs?status=FAILED&status=COMPLETED&limit=2&format=ndjson');
    const next = new URL(nextOf(response) ?? '');
    expect(next.pathname).toBe('/restore-jobs');
    expect(next.searchParams.getAll('status')).toEqual(['FAILED', 'COMPLETED']);
    expect(Object.fromEntries(next.searchParams)).toMatchObject({ limit: '2', format: 'ndjson' });
    expect((await fetch(next)).status).toBe(200);
  });

  test('a plus sign of a time zone may come unencoded', async () => {
    const plain = await service.json('/restore-jobs?since=2026-11-10T12:30:00%2B02:00');
    expect(await service.json('/restore-jobs?since=2026-11-10T12:30:00+02:00')).toEqual(plain);
  });
});

test('a filter that finds nothing ends after 2,000 items, with a cursor, and the pages after it end the list', async () => {
  await using service = await startService(engine);
  const jobs = Array.from({ length: 2_300 }, (_, n) => job({ jobId: idAt('2026-11-20T10:00:00Z', n) }));
  for (let start = 0; start < jobs.length; start += 100) await service.add(...jobs.slice(start, start + 100));
  const path = `/restore-jobs?snapshotId=${'f'.repeat(24)}&limit=200`;
  const first = await service.get(path);
  expect(await first.json()).toMatchObject({ jobs: [], cursor: expect.any(String) });
  expect(service.requests()).toEqual({ Query: 3 });
  expect(await walk(service, path, 'jobs')).toEqual({ items: [], pages: 2 });
});

describe('GET /restore-jobs/{id}', () => {
  const begun = job();
  const path = `/restore-jobs/${begun.jobId}`;

  test('a job comes with its whole history and with what Atlas said', async () => {
    await using service = await startService(engine);
    await service.add(begun);
    await service.ledger.record(completed(begun), seen(5), true);
    const found = await service.json<LedgerJob>(path);
    expect(found).toMatchObject({ jobId: begun.jobId, status: 'COMPLETED', revision: 2, atlas: { id: begun.jobId } });
    expect(found.changes.map(({ revision, status }) => [revision, status])).toEqual([
      [1, 'RUNNING'],
      [2, 'COMPLETED'],
    ]);
    expect(await service.json(`${path}?projectId=${PROJECT}`)).toEqual(found);
  });

  test('it says who requested it and how sure that is, what was found, and since when both are known', async () => {
    await using service = await startService(engine);
    const found: Finding = { rule: 'download', severity: 'warning', at: seen(5).observedAt, why: 'It is a download.' };
    const requester: Requester = {
      actor: { kind: 'user', id: '1'.repeat(24), name: 'ana@example.com' },
      ...{ grade: 'strong', points: 89, eventId: 'e'.repeat(24), eventType: 'CPS_RESTORE_REQUESTED_AUDIT' },
      ...{ secondsLater: 0, countsAhead: 4, rivals: 0 },
    };
    await service.ledger.record(begun, seen(0), false, { requester: { reason: 'pending' } });
    const before = await service.get(path);
    await service.ledger.annotate(PROJECT, begun.jobId, seen(5), () => ({ requester, findings: [found] }));
    const job = await service.json<LedgerJob>(path, { 'if-none-match': before.headers.get('etag') ?? '' });
    expect(job).toMatchObject({ requester, findings: [found], revision: 2 });
    expect(job.changes[1]).toMatchObject({
      fields: { requester: { from: { reason: 'pending' }, to: requester }, findings: { to: ['download'] } },
      previous: expect.any(String),
      state: expect.any(String),
    });
    const { jobs } = await service.json<JobList>('/restore-jobs?finding=download');
    expect(jobs).toMatchObject([{ jobId: begun.jobId, requester, findings: [found] }]);
    expect((await service.json<JobList>('/restore-jobs?finding=slow')).jobs).toEqual([]);
  });

  test('a client that has it already gets 304, until something changes', async () => {
    await using service = await startService(engine);
    await service.add(begun);
    const etag = (await service.get(path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const held of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const response = await service.get(path, { 'if-none-match': held });
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await service.get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    await service.ledger.record(completed(begun), seen(5), true);
    const changed = await service.get(path, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  test('a job is not found under another project, nor under an id that is none', async () => {
    await using service = await startService(engine);
    await service.add(begun);
    for (const other of [`${path}?projectId=${OTHER}`, `/restore-jobs/${idAt('2026-11-20T10:00:00Z', 9)}`]) {
      expect((await service.get(other)).status).toBe(404);
    }
    service.requests();
    for (const id of ['x', begun.jobId.toUpperCase(), `${begun.jobId}0`, '%00', '..%2Fruns', '%E0%A4%A']) {
      const response = await service.get(`/restore-jobs/${id}`);
      expect([id, response.status]).toEqual([id, 404]);
    }
    expect(service.requests()).toEqual({});
  });

  test('a secret that an older version left in the table is not shown', async () => {
    await using service = await startService(engine);
    const url = 'https://restore-1.abc.mongodb.net:27017/CANARY/restore-2.tar.gz';
    await service.add({ ...begun, atlas: { ...begun.atlas, deliveryUrl: [url], note: `see ${url}` } });
    const text = await (await service.get(path)).text();
    expect(text).not.toContain('CANARY');
  });
});

test('a page that would be too large for Lambda is cut short, and the next one goes on from there', async () => {
  await using service = await startService(engine);
  const jobs = Array.from({ length: 40 }, (_, n) =>
    job({
      jobId: idAt('2026-11-20T10:00:00Z', n),
      status: 'FAILED' satisfies Status,
      errorMessage: '"'.repeat(80_000), // in Lambda's answer each of them takes four bytes
    }),
  );
  await service.add(...jobs);
  const { items, pages } = await walk<JobSummary>(service, '/restore-jobs?limit=200', 'jobs');
  expect(items.map(({ jobId }) => jobId)).toEqual(
    jobs
      .map(({ jobId }) => jobId)
      .sort()
      .reverse(),
  );
  expect(pages).toBeGreaterThan(2);
  const first = await (await service.get('/restore-jobs?limit=200')).text();
  expect(Buffer.byteLength(JSON.stringify({ statusCode: 200, body: first }))).toBeLessThan(6_000_000);
});
