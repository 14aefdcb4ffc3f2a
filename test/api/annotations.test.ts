import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { gatewayHandler } from '../../functions/api/lambda/adapter.ts';
import { annotateJob } from '../../functions/ledger/annotations/annotate.ts';
import { MAX_ANNOTATIONS } from '../../functions/ledger/annotations/merge.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { coverageKey } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import type { Annotator } from '../../functions/restore/annotations.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { eventOf, invoker } from './lambda/lambda-event.ts';
import { type Service, startService } from './service.ts';

const engine = testEngine();
const USER: Annotator = { kind: 'user', name: 'ada@laptop', selfDeclared: true };
let own: EngineTable;
let service: Service;
beforeAll(async () => {
  own = await engine.newTable(() => Date.parse(NOW));
  const ledger = ledgerReader({ table: own.table, now: () => Date.parse(NOW) });
  // With objectives, a job's representation, and so its ETag, has measures.
  const objectives = objectivesOf(['*/* = rto 1h, rpo 24h']);
  service = await startService(engine, { ledger, objectives, annotations: { table: own.table, user: USER } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

let serial = 0;
async function recorded(): Promise<string> {
  const { jobId } = job({ jobId: idAt('2026-11-20T10:00:00Z', `api-${serial++}`) });
  await service.add(job({ jobId }));
  return jobId;
}
const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, {
    method,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const put = (id: string, body: unknown, headers?: Record<string, string>) =>
  send('PUT', `/restore-jobs/${id}/validation`, body, headers);
const patch = (id: string, body: unknown, headers?: Record<string, string>) =>
  send('PATCH', `/restore-jobs/${id}/annotation`, body, headers);
const read = (id: string) => service.json<LedgerJob>(`/restore-jobs/${id}`);

test("a validation in AWS Backup's shape is the job's, with who gave it and when; the same again adds nothing", async () => {
  const id = await recorded();
  const body = { ValidationStatus: 'SUCCESSFUL', ValidationStatusMessage: 'all rows are there' };
  const first = await put(id, body);
  expect(first.status).toBe(200);
  expect(first.headers.get('content-location')).toBe(`/restore-jobs/${id}`);
  const validation = { status: 'SUCCESSFUL', message: 'all rows are there', by: USER, at: new Date(NOW).toISOString() };
  const answer = (await first.json()) as LedgerJob;
  expect(answer).toMatchObject({ validation, annotationCount: 1, revision: 2 });
  expect(answer).toEqual(await read(id));
  expect(first.headers.get('etag')).toBe((await service.get(`/restore-jobs/${id}`)).headers.get('etag'));
  const again = await put(id, body);
  expect([again.status, await again.json()]).toEqual([200, answer]);
});

test('a merge patch changes what it names, takes back what is null, and leaves the rest', async () => {
  const id = await recorded();
  const checks = [{ name: 'rows', expected: '10', got: '9' }];
  await patch(id, { purpose: 'drill', ticket: 'OPS-1', checks }, { 'content-type': 'application/merge-patch+json' });
  const answer = await patch(id, { ticket: null, links: ['https://wiki.example.com/a'] });
  const { by, at, ...texts } = ((await answer.json()) as LedgerJob).annotation ?? expect.unreachable();
  expect({ by, at, texts }).toEqual({
    ...{ by: USER, at: new Date(NOW).toISOString() },
    texts: { purpose: 'drill', checks, links: ['https://wiki.example.com/a'] },
  });
  expect((await read(id)).changes).toHaveLength(3);
});

test('checks stay whose who made them, whoever adds a text or sends them again with one', async () => {
  const id = await recorded();
  const checks = [{ name: 'rows', expected: '10', got: '10' }];
  const [ada, ci]: Annotator[] = [USER, { kind: 'iam', name: 'arn:aws:iam::123456789012:role/ci' }] as never;
  const say = (patch: object, by: Annotator) =>
    annotateJob(own.table, { projectId: PROJECT, jobId: id }, patch, {
      by,
      at: new Date(NOW).toISOString(),
      runId: idAt(NOW),
    });
  await say({ checks }, ada as Annotator);
  const { job: after } = await say({ purpose: 'drill', checks }, ci as Annotator);
  expect(after.annotation).toMatchObject({ by: ci, checksBy: ada });
  await say({ ticket: 'OPS-1' }, ci as Annotator);
  expect((await read(id)).annotation).toMatchObject({ by: ci, checksBy: ada });
  const page = await (await fetch(`${service.url}/jobs/${id}`, { headers: { accept: 'text/html' } })).text();
  expect(page).toContain(`1 of 1 check as expected, made by ${ada?.name} (self-declared)`);
  const { job: own_ } = await say({ checks: [{ name: 'rows', expected: '9', got: '9' }] }, ci as Annotator);
  expect(own_.annotation).not.toHaveProperty('checksBy');
});

test('If-Match: a job that changed since is left alone, unless it says this already', async () => {
  const id = await recorded();
  const etag = async () => (await service.get(`/restore-jobs/${id}`)).headers.get('etag') ?? '';
  const before = await etag();
  await service.ledger.record(completed(job({ jobId: id })), seen(30), true);
  const refused = await patch(id, { purpose: 'drill' }, { 'if-match': before });
  expect([refused.status, await refused.json()]).toEqual([
    412,
    expect.objectContaining({ type: '/problems/precondition-failed', field: 'If-Match' }),
  ]);
  expect((await read(id)).annotation).toBeUndefined();
  const now = await etag();
  for (const condition of [`"other", ${now}`, now, '*']) {
    const answer = await patch(id, { purpose: 'drill' }, { 'if-match': condition });
    expect(answer.status).toBe(200); // the second is the first again, whose answer was lost
  }
  expect((await patch(id, { purpose: 'refresh' }, { 'if-match': `W/${await etag()}` })).status).toBe(412);
  expect((await read(id)).annotationCount).toBe(1);
});

test('of two at once with one ETag one is refused; without, both are kept', async () => {
  const id = await recorded();
  const etag = (await service.get(`/restore-jobs/${id}`)).headers.get('etag') ?? '';
  const tickets = ['OPS-1', 'OPS-2', 'OPS-3'];
  const careful = await Promise.all(tickets.map((ticket) => patch(id, { ticket }, { 'if-match': etag })));
  expect(careful.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  const bold = await Promise.all(['a', 'b', 'c'].map((ticket) => patch(id, { ticket })));
  expect(bold.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await read(id)).annotationCount).toBe(4);
});

describe('refused', () => {
  test.each([
    ['no such job', 404, () => patch(idAt('2026-11-20T10:00:00Z', 'none'), { purpose: 'drill' })],
    ['no id', 404, () => patch('none', { purpose: 'drill' })],
    [
      'another project',
      404,
      async () =>
        send('PATCH', `/restore-jobs/${await recorded()}/annotation?projectId=${'b'.repeat(24)}`, { purpose: 'x' }),
    ],
    ['no JSON', 400, async () => patch(await recorded(), '{')],
    ['an unknown parameter', 400, async () => send('PUT', `/restore-jobs/${await recorded()}/validation?force=1`, {})],
    ['another type', 415, async () => patch(await recorded(), '{}', { 'content-type': 'text/plain' })],
    ['a secret', 422, async () => patch(await recorded(), { ticket: 'mongodb://a:b@c.example.com/d' })],
    ['a large body', 413, async () => patch(await recorded(), { purpose: 'x'.repeat(70_000) })],
    ['POST', 405, async () => send('POST', `/restore-jobs/${await recorded()}/validation`, {})],
  ])('%s: %d', async (_, status, ask) => {
    const answer = await ask();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.text()).not.toContain('mongodb:');
  });

  test('a job annotated too often: 409', async () => {
    const id = await recorded();
    for (let n = 0; n < MAX_ANNOTATIONS; n++) await patch(id, { ticket: `OPS-${n}` });
    const answer = await patch(id, { ticket: 'more' });
    expect([answer.status, await answer.json()]).toEqual([
      409,
      expect.objectContaining({ type: '/problems/annotations-full', detail: expect.stringContaining('100 times') }),
    ]);
  });
});

test('a job that was let go: 409, and nothing is added to its history', async () => {
  const projectId = 'd'.repeat(24);
  const [gone, kept] = ['gone', 'kept'].map((name) => idAt('2026-09-01T10:00:00Z', name)) as [string, string];
  await service.add(...[gone, kept].map((jobId) => job({ jobId, projectId })));
  const letGo = { before: '2026-10-01T00:00:00.000Z', kept: [kept] };
  await own.table.put({ ...coverageKey(projectId), coverage: { projectId, letGo, clusters: {} } });
  const answer = await patch(gone, { ticket: 'OPS-1' });
  expect([answer.status, await answer.json()]).toEqual([
    409,
    expect.objectContaining({ type: '/problems/job-let-go', detail: expect.stringContaining('past its retention') }),
  ]);
  expect(await service.json<LedgerJob>(`/restore-jobs/${gone}`)).toMatchObject({ revision: 1 });
  expect((await patch(kept, { ticket: 'OPS-1' })).status).toBe(200);
});

describe('who annotates', () => {
  const ARN = 'arn:aws:sts::123456789012:assumed-role/dba/ada';
  const JWT = { jwt: { claims: { sub: 'auth0|ada', iss: 'https://issuer.example.com/' }, scopes: ['annotate'] } };
  const invoke = async (table: Table | undefined, authorizer: unknown, target: string, method = 'PATCH', more = {}) => {
    const annotations = table && { table };
    const app = apiApp({ ...service.ports, annotations });
    const event = eventOf(target, {
      method,
      body: '{"purpose":"drill"}',
      headers: { 'content-type': 'application/json', ...more },
    });
    return gatewayHandler(app)({ ...event, requestContext: { ...event.requestContext, authorizer } as never });
  };

  test.each([
    ['an AWS identity', { iam: { userArn: ARN } }, { kind: 'iam', name: ARN }],
    ['a token', JWT, { kind: 'token', name: 'auth0|ada', issuer: 'https://issuer.example.com/' }],
  ])('%s, as API Gateway checked it', async (_, authorizer, by) => {
    const id = await recorded();
    expect((await invoke(own.table, authorizer, `/restore-jobs/${id}/annotation`)).statusCode).toBe(200);
    expect((await read(id)).annotation?.by).toEqual(by);
  });

  test('nobody: refused, whatever the request says of itself', async () => {
    const id = await recorded();
    const answer = await invoke(own.table, undefined, `/restore-jobs/${id}/annotation`, 'PATCH', { 'x-user': 'ada' });
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([403, '/problems/caller-not-known']);
  });

  test('an API that takes no annotations says so', async () => {
    const id = await recorded();
    const answer = await invoke(undefined, JWT, `/restore-jobs/${id}/annotation`);
    expect([answer.statusCode, JSON.parse(answer.body).type]).toEqual([501, '/problems/annotations-not-available']);
  });

  test("a token for other POSTs doesn't open the form", async () => {
    const id = await recorded();
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    expect((await invoke(own.table, JWT, `/jobs/${id}/annotation`, 'POST', form)).statusCode).toBe(501);
    expect((await read(id)).annotation).toBeUndefined();
  });
});

describe('what shows annotations', () => {
  test('lists, and CSV without formulas', async () => {
    const id = await recorded();
    await put(id, { ValidationStatus: 'FAILED', ValidationStatusMessage: '@SUM(1)' });
    await patch(id, { purpose: '=1+1', ticket: '<b>x</b>', checks: [{ name: 'rows', expected: '1', got: '2' }] });
    const query = `/restore-jobs?since=2026-11-20&until=2026-11-21&limit=200`;
    const { jobs } = await service.json<{ jobs: LedgerJob[] }>(query);
    expect(jobs.find(({ jobId }) => jobId === id)).toMatchObject({ validation: { status: 'FAILED' } });
    const csv = await (await service.get(`${query}&format=csv`)).text();
    const [head = '', ...rows] = csv.split('\r\n');
    const row = rows.find((each) => each.includes(id)) ?? '';
    expect(head).toContain('validationStatus,validationMessage,validationBy,validationAt,purpose,ticket');
    expect(row).toContain(",FAILED,'@SUM(1),ada@laptop (self-declared),");
    expect(row).toContain(",'=1+1,<b>x</b>,");
    expect(row).toContain('rows=1 : 2');
  });

  test("Atlas's own paths know nothing of them", async () => {
    const id = await recorded();
    const path = `/api/atlas/v2/groups/${PROJECT}/clusters/orders/backup/restoreJobs/${id}`;
    const before = await (await service.get(path)).text();
    await patch(id, { purpose: 'drill' });
    expect(await (await service.get(path)).text()).toBe(before);
  });
});

test('the app behind API Gateway serves the job page without a form', async () => {
  const id = await recorded();
  await patch(id, { purpose: 'drill' });
  const { body } = await invoker(apiApp({ ...service.ports, annotations: { table: own.table } }))(`/jobs/${id}`);
  expect(body).toContain('drill');
  expect(body).not.toContain('method="post"');
});
