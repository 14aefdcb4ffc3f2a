import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { ANNOUNCE_ROUTE } from '../../functions/api/expected/methods.ts';
import { gatewayHandler } from '../../functions/api/lambda/adapter.ts';
import { MAX_EXPECTED } from '../../functions/ledger/announcing/announce.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Annotator } from '../../functions/restore/annotations.ts';
import type { AnnouncedRow, ExpectedRow } from '../../functions/views/expected.ts';
import { DAY, HOUR } from '../../local/atlas/base/time.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { PROJECT } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { eventOf } from './lambda/lambda-event.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();
const USER: Annotator = { kind: 'user', name: 'ada@laptop', selfDeclared: true };
const OTHER = 'b'.repeat(24);
let own: EngineTable;
let service: Service;
let now = Date.parse(NOW);
const iso = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

async function withProject(table: EngineTable, ...projectIds: string[]) {
  for (const projectId of projectIds)
    await table.ledger.saveKnownProject(projectId, () => ({
      ...{ projectId, projectName: 'payments', revision: 1, firstSeenAt: iso(-DAY), accounts: {}, changes: [] },
    }));
}

beforeAll(async () => {
  own = await engine.newTable(() => now);
  await withProject(own, PROJECT, OTHER);
  const ledger = ledgerReader({ table: own.table, now: () => now });
  service = await startService(engine, { ledger, now: () => now, annotations: { table: own.table, user: USER } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const BODY = { projectId: PROJECT, clusterName: 'orders', targetClusterName: 'staging', until: iso(HOUR) };
const post = (body: unknown, headers: Record<string, string> = {}) => service.post('/expected-restores', body, headers);
const announced = async (body: object = {}): Promise<ExpectedRow> => {
  const answer = await post({ ...BODY, ...body });
  expect(answer.status).toBe(201);
  return (await answer.json()) as ExpectedRow;
};
const withdraw = (id: string) => fetch(`${service.url}/expected-restores/${id}`, { method: 'DELETE' });

test('what is announced is there, with who announced it, and where', async () => {
  const answer = await post({ ...BODY, requester: 'ada', purpose: 'drill', ticket: 'OPS-1', restores: 2 });
  const { warning, ...row } = (await answer.json()) as AnnouncedRow;
  expect(warning).toMatch(
    /^the ledger has no cluster "orders" of the project, whose lists of clusters were never all read/,
  );
  expect([answer.status, answer.headers.get('location')]).toEqual([
    201,
    `${service.url}/expected-restores/${row.expectedRestoreId}`,
  ]);
  expect(row).toEqual({
    ...{ ...BODY, expectedRestoreId: row.expectedRestoreId, projectName: 'payments', requester: 'ada' },
    ...{ purpose: 'drill', ticket: 'OPS-1', restores: 2, from: iso(0), until: BODY.until },
    ...{ by: USER, at: iso(0), jobs: [], state: 'expected' },
  });
  expect(await service.json(`/expected-restores/${row.expectedRestoreId}`)).toEqual(row);
  const { expectedRestores } = await service.json<{ expectedRestores: ExpectedRow[] }>('/expected-restores');
  expect(expectedRestores).toContainEqual(row);
  const csv = await (await service.get(`/expected-restores?projectId=${PROJECT}&format=csv`)).text();
  expect(csv).toContain(`${row.expectedRestoreId},expected,${PROJECT},payments,orders,,staging,ada`);
});

describe('a cluster that the ledger has never seen', () => {
  const projectId = 'd'.repeat(24);
  const lists = (readAt: string) => ({ dedicated: { readAt }, flex: { readAt }, serverless: { readAt } });
  const cover = async (readAt: string) => {
    await withProject(own, projectId);
    await own.ledger.saveCoverage(projectId, (stored) => ({
      ...{ projectId, projectName: 'payments', revision: 0, runId: 'r' },
      ...stored,
      discovery: lists(readAt) as never,
      clusters: {
        Orders: { clusterName: 'Orders', tier: 'dedicated', firstSeenAt: iso(-DAY), seenAt: iso(0), lists: {} },
      },
    }));
  };

  test('is refused, with similar ones, unless that is allowed; where it is not known, the answer says so', async () => {
    await cover(iso(-HOUR));
    const body = { ...BODY, projectId, clusterName: 'Ordres' };
    const refused = await post(body, { 'idempotency-key': 'k' });
    expect([refused.status, await refused.json()]).toEqual([
      422,
      expect.objectContaining({
        field: 'clusterName',
        detail: expect.stringMatching(
          /has never seen a cluster "Ordres" of payments, .*; similar: "Orders"; with allowUnknown/,
        ),
      }),
    ]);
    const known = await post({ ...body, clusterName: 'Orders' });
    expect([known.status, await known.json()]).toEqual([
      201,
      expect.not.objectContaining({ warning: expect.anything() }),
    ]);
    const allowed = await post({ ...body, allowUnknown: true }, { 'idempotency-key': 'k' });
    const first = (await allowed.json()) as AnnouncedRow;
    expect([allowed.status, first]).toEqual([
      201,
      expect.objectContaining({ warning: expect.stringContaining('never seen') }),
    ]);
    expect(first).not.toHaveProperty('allowUnknown');
    // The repeat of what was announced is none that could be refused.
    expect((await post(body, { 'idempotency-key': 'k' })).status).toBe(200);
    expect((await post({ ...body, allowUnknown: 'yes' })).status).toBe(422);
    await cover(iso(-2 * DAY));
    const unknown = await post(body);
    expect([unknown.status, ((await unknown.json()) as AnnouncedRow).warning]).toEqual([
      201,
      expect.stringMatching(/were last read at .*: whether there is one is not known; similar: "Orders"$/),
    ]);
  });
});

describe('an Idempotency-Key', () => {
  test('announces once, however often; the repeat of a lost request succeeds when its time has begun, too', async () => {
    const key = { 'idempotency-key': 'pipeline-17' };
    const body = { ...BODY, from: iso(0), until: iso(2 * HOUR) };
    const first = await post(body, key);
    now += HOUR;
    try {
      const again = await post(body, key);
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(await again.json()).toEqual(await first.json());
    } finally {
      now -= HOUR;
    }
    const other = await post({ ...body, ticket: 'OPS-2' }, key);
    expect([other.status, ((await other.json()) as { type: string }).type]).toEqual([
      409,
      '/problems/idempotency-conflict',
    ]);
    const elsewhere = await post({ ...body, projectId: OTHER }, key);
    expect(elsewhere.status).toBe(201);
  });

  test('of several at the same moment announces once', async () => {
    const key = { 'idempotency-key': 'at-once' };
    const body = { ...BODY, until: iso(3 * HOUR) };
    const answers = await Promise.all([1, 2, 3, 4].map(async () => (await post(body, key)).json()));
    expect(new Set(answers.map((row) => (row as ExpectedRow).expectedRestoreId)).size).toBe(1);
    expect((await post(body, { 'idempotency-key': 'ä' })).status).toBe(400);
  });
});

describe('withdrawing', () => {
  test('is recorded, once, with who did; nothing is erased', async () => {
    const { expectedRestoreId: id } = await announced();
    now += 60_000;
    try {
      const row = (await (await withdraw(id)).json()) as ExpectedRow;
      expect(row).toMatchObject({ state: 'withdrawn', withdrawn: { by: USER, at: iso(60_000) } });
      now += 60_000;
      expect(await (await withdraw(id)).json()).toEqual(row);
      expect(await service.json(`/expected-restores/${id}`)).toEqual(row);
    } finally {
      now = Date.parse(NOW);
    }
  });

  test('what is not there answers 404', async () => {
    expect((await withdraw('0'.repeat(24))).status).toBe(404);
    expect((await service.get('/expected-restores/x')).status).toBe(404);
  });
});

test('a list is read page by page, those that end last first, and by state', async () => {
  const ids: string[] = [];
  for (const hours of [30, 20, 25])
    ids.push((await announced({ projectId: OTHER, until: iso(hours * HOUR) })).expectedRestoreId);
  const page = (query: string) =>
    service.json<{ expectedRestores: ExpectedRow[]; cursor?: string }>(`/expected-restores?${query}`);
  for (const filter of ['', `&projectId=${OTHER}`]) {
    const first = await page(`limit=2${filter}`);
    expect(first.expectedRestores.map(({ expectedRestoreId }) => expectedRestoreId)).toEqual([ids[0], ids[2]]);
    const second = await page(`limit=2${filter}&cursor=${first.cursor}`);
    expect(second.expectedRestores[0]?.expectedRestoreId).toBe(ids[1]);
  }
  await withdraw(ids[1] ?? '');
  const { expectedRestores } = await page(`projectId=${OTHER}&state=withdrawn`);
  expect(expectedRestores.map(({ expectedRestoreId }) => expectedRestoreId)).toEqual([ids[1]]);
  expect((await service.get(`/expected-restores?limit=1&cursor=${'x'.repeat(27)}`)).status).toBe(400);
});

test('one whose time is over, of a project that was not read since, may have come', async () => {
  const { expectedRestoreId: id } = await announced();
  now += DAY;
  try {
    expect(await service.json(`/expected-restores/${id}`)).toMatchObject({ state: 'not known' });
  } finally {
    now -= DAY;
  }
});

describe('what is wrong is refused, by its field', () => {
  const long = 'x'.repeat(1_000);
  test.each<[string, object]>([
    ['projectId', { projectId: 'payments' }],
    ['clusterName', { clusterName: '' }],
    ['clusterName', { clusterName: 'a\u202eb' }],
    ['clusterName', { clusterName: long }],
    ['targetProjectId', { targetProjectId: 7 }],
    ['targetProjectId', { targetProjectId: OTHER, targetClusterName: undefined }],
    ['requester', { requester: long }],
    ['requester', { requester: 'a\nb' }],
    ['until', { until: '2026-13-01T00:00:00Z' }],
    ['until', { until: undefined }],
    ['until', { until: iso(0) }],
    ['until', { until: iso(32 * DAY) }],
    ['until', { from: iso(400 * DAY), until: iso(401 * DAY) }],
    ['until', { from: iso(2 * HOUR) }],
    ['from', { from: iso(-60_000) }],
    ['restores', { restores: 0 }],
    ['restores', { restores: 1.5 }],
    ['restores', { restores: 101 }],
    ['purpose', { purpose: 'https://example.com/?token=abc' }],
    ['ticket', { ticket: long }],
    ['body', { by: 'eve' }],
  ])('%s: %j', async (field, more) => {
    const answer = await post({ ...BODY, ...more });
    expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ field })]);
  });

  test('a project that the ledger does not have', async () => {
    const answer = await post({ ...BODY, projectId: 'c'.repeat(24) });
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { detail: expect.stringContaining('c'.repeat(24)) },
    ]);
  });

  test('what is no JSON, too large, or too much', async () => {
    expect((await post('{')).status).toBe(400);
    expect((await post({ ...BODY, purpose: 'x'.repeat(30_000) })).status).toBe(413);
    expect((await post(BODY, { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

test(`a project has at most ${MAX_EXPECTED} whose time is not over`, async () => {
  await using table = await engine.newTable(() => now);
  await withProject(table, PROJECT);
  const ledger = ledgerReader({ table: table.table, now: () => now });
  await using full = await startService(engine, { ledger, annotations: { table: table.table, user: USER } });
  const codes = [];
  let last = '';
  for (let n = 0; n < MAX_EXPECTED; n++) {
    const answer = await full.post('/expected-restores', BODY);
    codes.push(answer.status);
    last = ((await answer.json()) as ExpectedRow).expectedRestoreId;
  }
  expect(new Set(codes)).toEqual(new Set([201]));
  const refused = await full.post('/expected-restores', BODY);
  expect([refused.status, await refused.json()]).toMatchObject([409, { type: '/problems/expected-restores-full' }]);
  await fetch(`${full.url}/expected-restores/${last}`, { method: 'DELETE' });
  expect((await full.post('/expected-restores', BODY)).status).toBe(201);
});

describe('behind API Gateway', () => {
  const handler = () => gatewayHandler(apiApp({ ...service.ports, annotations: { table: own.table } }));
  const request = (requestContext: object, path = '/expected-restores') => {
    const event = eventOf(path, {
      method: 'POST',
      body: JSON.stringify(BODY),
      headers: { 'content-type': 'application/json' },
    });
    return handler()({ ...event, requestContext: { ...event.requestContext, ...requestContext } } as typeof event);
  };
  const jwt = { authorizer: { jwt: { claims: { sub: 'ada', iss: 'https://issuer.example.com' }, scopes: [] } } };

  test('an IAM caller is known by its ARN', async () => {
    const userArn = 'arn:aws:sts::111122223333:assumed-role/dba/ada';
    const { statusCode, body } = await request({ authorizer: { iam: { userArn } } });
    expect([statusCode, JSON.parse(body ?? '')]).toMatchObject([201, { by: { kind: 'iam', name: userArn } }]);
  });

  test('a token announces by the route whose scopes permit that, and by no other', async () => {
    const { statusCode, body } = await request({ ...jwt, routeKey: ANNOUNCE_ROUTE });
    expect([statusCode, JSON.parse(body ?? '')]).toMatchObject([201, { by: { kind: 'token', name: 'ada' } }]);
    expect(await request({ ...jwt, routeKey: 'POST /{proxy+}' })).toMatchObject({ statusCode: 403 });
  });

  test('nobody announces anonymously, nor to an API that takes no annotations', async () => {
    expect(await request({})).toMatchObject({ statusCode: 403 });
    const hub = apiApp({ ...service.ports, annotations: undefined });
    const refused = await hub.request('/expected-restores', { method: 'POST', body: '{}' });
    expect([refused.status, await refused.text()]).toEqual([
      501,
      expect.stringContaining('announce them to the spoke'),
    ]);
  });
});
