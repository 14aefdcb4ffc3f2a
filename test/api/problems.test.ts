// How the API says no, and what every answer carries.
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngine } from '../ledger/engines.ts';
import { job } from '../ledger/jobs.ts';
import { keptLog, type Service, startService } from './service.ts';

const engine = testEngine();
let service: Service;
const begun = job();
beforeAll(async () => {
  service = await startService(engine);
  await service.add(begun);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
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
  await using broken = await startService(engine, { log, ledger: { ...service.ledger, jobs } });
  const response = await broken.get('/restore-jobs');
  expect(response.status).toBe(500);
  const problem = (await response.json()) as object;
  expect(problem).toEqual({
    ...{ type: '/problems/internal', title: 'Internal server error', status: 500 },
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

  test('two Host headers are refused, whatever they say', async () => {
    const { host } = new URL(service.url);
    const statusLine = (...hosts: string[]) =>
      raw(`GET /health HTTP/1.1\r\n${hosts.map((name) => `Host: ${name}\r\n`).join('')}Connection: close\r\n\r\n`);
    expect(await statusLine(host)).toContain(' 200 ');
    expect(await statusLine(host, host)).toContain(' 400 ');
    expect(await statusLine(host, 'evil.example')).toContain(' 400 ');
    expect(await statusLine('evil.example', host)).toContain(' 400 ');
  });

  test('a caller that hangs up within a body is no error', async () => {
    const log = keptLog();
    let noticed = () => {};
    const left = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const info = (message: string) => message === 'caller left' && noticed();
    await using api = await startService(engine, { log: { ...log, info }, runs: { start: async () => {} } });
    const { host, port } = new URL(api.url);
    const headers = `Host: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100`;
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`POST /runs HTTP/1.1\r\n${headers}\r\n\r\n{"full`);
      setTimeout(() => socket.destroy(), 50);
    });
    await left;
    expect(log.lines).toEqual([]);
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

/** The status line of what comes back for these very bytes. */
const raw = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(bytes));
    socket.once('data', (data) => resolve(data.toString('latin1').split('\r\n')[0] ?? ''));
    socket.once('error', reject);
  });
