// How the API says no, and what every answer carries.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { job } from '../ledger/jobs.ts';
import { startEngine } from '../ledger/table.ts';
import { keptLog, type Service, startService } from './service.ts';

let dynamo: LocalDynamoDB;
let service: Service;
const begun = job();
beforeAll(async () => {
  dynamo = await startEngine();
  service = await startService(dynamo);
  await service.add(begun);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await dynamo.close();
});

const GETS = [
  ...['/health', '/openapi.json', '/restore-jobs', `/restore-jobs/${begun.jobId}`],
  ...['/runs', '/coverage', '/summary', '/'],
];

test.each(GETS)('%s may not be cached by others, sniffed, framed or run', async (path) => {
  const response = await service.get(path);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': expect.stringMatching(/no-store|no-cache/),
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'referrer-policy': expect.any(String),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(response.headers.get('server')).toBeNull();
});

test.each(GETS)('HEAD %s is GET without the body, and OPTIONS says what there is', async (path) => {
  const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => fetch(`${service.url}${path}`, { method })));
  expect(head?.status).toBe(200);
  expect(await head?.text()).toBe('');
  expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'));
  const options = await fetch(`${service.url}${path}`, { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([
    204,
    path === '/runs' ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS',
  ]);
});

test.each(GETS)('nothing but that can be done with %s', async (path) => {
  for (const method of path === '/runs' ? ['PUT', 'DELETE', 'PATCH'] : ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(`${service.url}${path}`, { method });
    expect([method, response.status]).toEqual([method, 405]);
    expect(response.headers.get('allow')).toContain('GET, HEAD');
    expect(await response.json()).toMatchObject({ type: '/problems/method-not-allowed', status: 405 });
  }
});

test.each(['/nowhere', '/restore-jobs/', '/restore-jobs/a/b', '/.env', '/runs/a/b', '//health', '/HEALTH'])(
  'there is nothing at %s',
  async (path) => {
    const response = await service.get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ type: '/problems/not-found', title: expect.any(String), status: 404 });
    expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  },
);

test('what goes wrong inside stays in the log, under the id that the caller was given', async () => {
  const log = keptLog();
  const jobs = () => Promise.reject(new TypeError('secret of the inside'));
  await using broken = await startService(dynamo, { log, ledger: { ...service.ledger, jobs } });
  const response = await broken.get('/restore-jobs');
  expect(response.status).toBe(500);
  const problem = (await response.json()) as object;
  expect(problem).toEqual({
    ...{ type: '/problems/internal', title: 'Something went wrong on our side', status: 500 },
    requestId: response.headers.get('x-request-id'),
  });
  expect(log.lines).toMatchObject([
    {
      message: 'request failed',
      fields: {
        requestId: response.headers.get('x-request-id'),
        request: 'GET /restore-jobs',
        reason: 'secret of the inside',
      },
    },
  ]);
});

describe('on this machine', () => {
  test('health reads nothing', async () => {
    service.requests();
    expect(await service.json('/health')).toEqual({ status: 'ok' });
    expect(service.requests()).toEqual({});
  });

  test('pages of other sites can neither read nor start anything', async () => {
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    ];
    for (const headers of foreign) {
      expect((await service.post('/runs', undefined, headers as never)).status).toBe(403);
      expect((await service.get('/restore-jobs', headers as never)).status).toBe(403);
    }
    expect((await service.get('/restore-jobs', { origin: service.url })).status).toBe(200);
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await plainStatus('/', followed)).toBe(200);
  });

  test('a name that was pointed at this machine is not answered', async () => {
    const { port } = new URL(service.url);
    const statusOf = (host: string) => plainStatus('/restore-jobs', { host });
    expect(await statusOf(`evil.example:${port}`)).toBe(421);
    expect(await statusOf(`127.0.0.1.evil.example:${port}`)).toBe(421);
    expect(await statusOf(`localhost:${port}`)).toBe(200);
  });
});

/** By plain HTTP: fetch sets some headers itself. */
const plainStatus = (path: string, headers: Record<string, string>) =>
  new Promise((resolve, reject) => {
    const sent = request(`${service.url}${path}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end();
  });
