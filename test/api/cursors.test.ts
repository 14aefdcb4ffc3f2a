// What comes from outside, whatever it is, reads nothing but what the request names, and breaks nothing.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobSummary } from '../../functions/ledger/model/ledger.ts';
import { testEngine } from '../ledger/engines.ts';
import { idAt, job, PROJECT } from '../ledger/jobs.ts';
import { type Service, startService } from './service.ts';

const OTHER = 'bbbbbbbbbbbbbbbbbbbbbbbb';
const engine = testEngine();
let service: Service;
beforeAll(async () => {
  service = await startService(engine);
  const days = Array.from({ length: 24 }, (_, n) => `2026-11-${String((n % 20) + 1).padStart(2, '0')}T10:00:00Z`);
  await service.add(
    ...days.map((at, n) => job({ jobId: idAt(at, n), projectId: n % 2 ? PROJECT : OTHER, clusterName: `c${n % 3}` })),
  );
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const QUERIES = [
  'limit=2',
  'limit=2&order=asc',
  'limit=2&kind=dedicated',
  'limit=2&open=true',
  'limit=2&since=2026-11-05',
  `limit=2&projectId=${PROJECT}`,
  `limit=2&projectId=${OTHER}`,
  `limit=2&projectId=${PROJECT}&clusterName=c1`,
  `limit=2&projectId=${OTHER}&clusterName=c1`,
];
const cursorOf = async (query: string) =>
  (await service.json<{ cursor?: string }>(`/restore-jobs?${query}`)).cursor ?? '';

test('the cursor of one query is refused by every other', async () => {
  for (const from of QUERIES) {
    const cursor = await cursorOf(from);
    expect(cursor).not.toBe('');
    for (const to of QUERIES) {
      const { status } = await service.get(`/restore-jobs?${to}&cursor=${cursor}`);
      expect([from, to, status]).toEqual([from, to, from === to ? 200 : 400]);
    }
    for (const list of ['runs', 'coverage']) expect((await service.get(`/${list}?cursor=${cursor}`)).status).toBe(400);
  }
});

test('a cursor that was tampered with is refused', async () => {
  const cursor = await cursorOf('limit=2');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const tampered = fc
    .tuple(fc.nat(cursor.length - 1), fc.constantFrom(...alphabet))
    .map(([at, letter]) => cursor.slice(0, at) + letter + cursor.slice(at + 1))
    .filter((one) => one !== cursor);
  const cut = fc.nat(cursor.length - 1).map((length) => cursor.slice(0, length));
  const longer = fc.string({ minLength: 1, maxLength: 20 }).map((tail) => cursor + tail);
  await fc.assert(
    fc.asyncProperty(fc.oneof(tampered, cut, longer, fc.string({ unit: 'binary', maxLength: 300 })), async (one) => {
      fc.pre(one !== cursor);
      const response = await service.get(`/restore-jobs?limit=2&cursor=${encodeURIComponent(one)}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ type: '/problems/bad-parameter', field: 'cursor' });
    }),
  );
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    `${OTHER}#c1`,
    '#',
    'JOB#',
    `PROJECT#${OTHER}`,
    'c1#',
    '../..',
    '%00',
    "' OR 1=1",
    'ﬀ',
    '\u0000',
    '💥',
  ),
);
const names = fc.constantFrom(
  ...[
    'projectId',
    'clusterName',
    'status',
    'open',
    'kind',
    'delivery',
    'targetProjectId',
    'snapshotId',
    'since',
    'until',
  ],
  ...['order', 'limit', 'cursor', 'format', 'period', 'pageNum', 'itemsPerPage', 'envelope', 'x', '__proto__'],
);
const query = fc
  .array(fc.tuple(names, fc.oneof(anyText, fc.constantFrom('1', 'true', PROJECT, 'FAILED', 'flex', '2026-11-01'))), {
    maxLength: 5,
  })
  .map((pairs) => new URLSearchParams(pairs).toString());

test('no filter, id or path makes the API fall over', async () => {
  const paths = fc.oneof(
    fc.constantFrom('/restore-jobs', '/runs', '/coverage', '/summary', '/'),
    anyText.map((id) => `/restore-jobs/${encodeURIComponent(id)}`),
    anyText.map((id) => `/runs/${encodeURIComponent(id)}`),
    anyText.map((id) => `/jobs/${encodeURIComponent(id)}`),
    fc
      .tuple(fc.oneof(anyText, fc.constant(PROJECT)), anyText, fc.oneof(anyText, fc.constant('')))
      .map((parts) => parts.map(encodeURIComponent))
      .map(([group, name, id]) => `/api/atlas/v2/groups/${group}/clusters/${name}/backup/restoreJobs/${id}`),
  );
  await fc.assert(
    fc.asyncProperty(paths, query, async (path, parameters) => {
      const headers = { accept: 'application/vnd.atlas.2025-01-01+json, */*' };
      const response = await service.get(`${path}?${parameters}`, headers);
      expect([path, parameters, response.status < 500]).toEqual([path, parameters, true]);
      await response.text();
    }),
    { numRuns: 300 },
  );
});

test('whatever name or cursor comes with a project, only jobs of that project come back', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.option(anyText), async (clusterName, cursor) => {
      const parameters = new URLSearchParams({ projectId: PROJECT, clusterName, ...(cursor ? { cursor } : {}) });
      const response = await service.get(`/restore-jobs?${parameters}`);
      expect([200, 400]).toContain(response.status);
      if (response.status !== 200) return;
      const { jobs } = (await response.json()) as { jobs: JobSummary[] };
      for (const one of jobs) expect(one).toMatchObject({ projectId: PROJECT, clusterName });
    }),
    { numRuns: 200 },
  );
});
