// The same app behind API Gateway: through the Lambda adapter, with events of payload format 2.0.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import { type RunRequest, TooManyRuns } from '../../../functions/api/http/ports.ts';
import { PlanFunction } from '../../../functions/api/lambda/plan-function.ts';
import { planRequest } from '../../../functions/collector/plan/request.ts';
import type { LocalDynamoDB } from '../../../local/dynamodb.ts';
import { testEngine } from '../../ledger/engines.ts';
import { idAt, job, PROJECT } from '../../ledger/jobs.ts';
import { NOW, newTable, startDynamo } from '../../ledger/table.ts';
import { type Service, startService } from '../service.ts';
import { eventOf, invoker, REQUEST_ID } from './lambda-event.ts';

let dynamo: LocalDynamoDB;
const engine = testEngine();
let service: Service;
let invoke: ReturnType<typeof invoker>;
const started: RunRequest[] = [];
const jobs = ['COMPLETED', 'FAILED', 'RUNNING'].map((status, n) =>
  job({ jobId: idAt('2026-11-20T10:00:00Z', n), status: status as never, clusterName: 'Cluster 0 ü' }),
);
beforeAll(async () => {
  dynamo = await startDynamo();
  const start = async (request: RunRequest) => void started.push(request);
  service = await startService(engine, { runs: { start } });
  await service.add(...jobs);
  invoke = invoker(apiApp(service.ports));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await dynamo.close();
});

const SAME = [
  ...['/health', '/openapi.json', '/restore-jobs', '/restore-jobs?status=FAILED&status=RUNNING', '/coverage', '/runs'],
  ...[`/restore-jobs/${jobs[0]?.jobId}`, '/summary', '/restore-jobs?format=csv', '/restore-jobs?format=ndjson', '/'],
  ...['/clusters', `/jobs/${jobs[0]?.jobId}`, '/jobs/none', '/?status=none', '/none', '/restore-jobs?none=1'],
  ...[
    '/clusters?projectId=none',
    '/api/atlas/v2/none',
    `/api/atlas/v2/groups/${PROJECT}/clusters/a/backup/restoreJobs`,
  ],
];
/** Those of one answer, and of HTTP itself. */
const OWN_HEADERS = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'x-request-id'];

test.each(SAME)('%s is what it is over HTTP, as text', async (target) => {
  const answer = await invoke(target);
  const response = await service.get(target, { 'accept-encoding': 'identity' });
  expect(answer).toMatchObject({ statusCode: response.status, isBase64Encoded: false });
  expect(answer.body.length).toBeGreaterThan(0);
  const without = (headers: Iterable<[string, string]>) =>
    Object.fromEntries([...headers].filter(([name]) => !OWN_HEADERS.includes(name)));
  const ofRequest = (text: string) => text.replace(/"requestId":"[^"]*"/, '');
  expect(ofRequest(answer.body)).toBe(ofRequest(await response.text()));
  expect(without(Object.entries(answer.headers))).toEqual(without(response.headers));
});

test('what a page leads to is said, and not followed', async () => {
  const answer = await invoke('/?status=&kind=flex');
  expect(answer).toMatchObject({ statusCode: 302, body: '', headers: { location: '/?kind=flex' } });
});

test('the request id is API Gateway\u2019s, in answers and in problems', async () => {
  expect((await invoke('/health')).headers['x-request-id']).toBe(REQUEST_ID);
  const problem = await invoke('/restore-jobs?limit=0', { cookies: ['a=b', 'c=d'] });
  expect(problem).toMatchObject({ statusCode: 400, headers: { 'content-type': 'application/problem+json' } });
  expect(JSON.parse(problem.body)).toMatchObject({ field: 'limit', requestId: REQUEST_ID });
});

test('several values of a parameter, names with spaces and letters of other languages come through', async () => {
  const query = new URLSearchParams({ projectId: PROJECT, clusterName: 'Cluster 0 ü', order: 'asc' });
  const { body } = await invoke(`/restore-jobs?${query}&status=FAILED&status=RUNNING`);
  const found = (JSON.parse(body) as { jobs: { status: string }[] }).jobs.map(({ status }) => status);
  expect(found.sort()).toEqual(['FAILED', 'RUNNING']);
});

test('links lead to the name that was asked, and a page follows another', async () => {
  const first = await invoke('/restore-jobs?limit=2');
  const next = new URL(/<([^>]*)>/.exec(first.headers.link ?? '')?.[1] ?? '');
  expect(next.origin).toBe('https://r3pmxmplak.execute-api.eu-west-1.amazonaws.com');
  const second = await invoke(`${next.pathname}${next.search}`);
  expect((JSON.parse(second.body) as { jobs: object[] }).jobs).toHaveLength(1);
});

test('a body comes through, plain and in base64; a path that Gateway decoded does no harm', async () => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ projectId: PROJECT, full: true });
  for (const base64 of [false, true]) {
    const answer = await invoke('/runs', { method: 'POST', headers, body, base64 });
    expect(answer.statusCode).toBe(202);
    expect(started.pop()).toMatchObject({ scope: { projectId: PROJECT }, full: true });
  }
  expect((await invoke('/runs', { method: 'POST' })).statusCode).toBe(202);
  expect((await invoke('/runs', { method: 'POST', headers, body: 'x'.repeat(20_000) })).statusCode).toBe(413);
  for (const path of [
    '/restore-jobs/a%2Fb',
    '/restore-jobs/%3Flimit=1',
    '/restore-jobs/%23',
    '/restore-jobs/%20',
    '/%2F%2Fevil.example',
  ]) {
    expect([path, (await invoke(path)).statusCode]).toEqual([path, 404]);
  }
});

test('If-None-Match, HEAD and OPTIONS work there as well', async () => {
  const path = `/restore-jobs/${jobs[0]?.jobId}`;
  const { headers } = await invoke(path);
  const held = await invoke(path, { headers: { 'if-none-match': headers.etag ?? '' } });
  expect([held.statusCode, held.body]).toEqual([304, '']);
  expect(await invoke(path, { method: 'HEAD' })).toMatchObject({ statusCode: 200, body: '' });
  expect(await invoke(path, { method: 'OPTIONS' })).toMatchObject({ statusCode: 204 });
});

test('the function itself reads its settings from the environment, and answers', async () => {
  const { tableName } = await newTable(dynamo);
  const secrets = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' };
  const environment = { ...secrets, TABLE_NAME: tableName, AWS_ENDPOINT_URL: dynamo.endpoint };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const nodes = { Headers, Response };
  const { handler } = await import('../../../functions/handlers/api.ts');
  const answer = async (target: string, sent = {}) => (await handler(eventOf(target, sent))) as { body: string };
  expect(JSON.parse((await answer('/coverage')).body)).toEqual({ coverage: [] });
  expect(JSON.parse((await answer('/runs', { method: 'POST' })).body)).toMatchObject({ status: 501 });
  vi.unstubAllEnvs();
  Object.assign(globalThis, nodes);
});

describe('the plan function', () => {
  async function lambdaService(status: number, error = '') {
    const calls: { url: string; type: unknown; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const type = request.headers['x-amz-invocation-type'];
      calls.push({ url: request.url ?? '', type, body: await text(request) });
      response.writeHead(status, error ? { 'x-amzn-errortype': error } : {}).end(status < 300 ? '' : '{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = new LambdaClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials,
      maxAttempts: 1,
    });
    const close = () => {
      client.destroy();
      server.close();
    };
    return { calls, client, [Symbol.dispose]: close };
  }
  const request = { runId: idAt(NOW), scope: { projectId: PROJECT, clusterName: 'orders' }, full: true };

  test('is sent the event that it takes, and is not waited for', async () => {
    using lambda = await lambdaService(202);
    await new PlanFunction('plan-fn', lambda.client).start(request);
    expect(lambda.calls).toMatchObject([{ url: '/2015-03-31/functions/plan-fn/invocations', type: 'Event' }]);
    expect(planRequest(JSON.parse(lambda.calls[0]?.body ?? ''))).toEqual({ trigger: 'request', ...request });
  });

  test('is busy where Lambda says so', async () => {
    using lambda = await lambdaService(429, 'TooManyRequestsException');
    await expect(new PlanFunction('plan-fn', lambda.client).start(request)).rejects.toBeInstanceOf(TooManyRuns);
  });
});
