import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ApiAuth } from '../../../bin/remote/address.ts';
import { ApiClient } from '../../../bin/remote/client.ts';
import { ApiLedger } from '../../../bin/remote/ledger.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { json, startScriptedApi, text } from './scripted-api.ts';

function clientOf(url: string, auth: ApiAuth = { by: 'none' }) {
  const sleptMs: number[] = [];
  const pause = async (ms: number) => void sleptMs.push(ms);
  return { client: new ApiClient({ url, auth }, { log: silentLog, pause }), sleptMs };
}

const PROBLEM = {
  type: '/problems/bad-parameter',
  title: 'Bad request',
  status: 400,
  detail: 'expected a day',
  field: 'since',
  requestId: 'r-1',
};

describe('an answer that is no', () => {
  test.each([
    ['a problem document', json(400, PROBLEM), 'Bad request: expected a day (field since, request r-1)'],
    [
      'a problem with little to say',
      json(409, { type: '/problems/x', title: 'No' }, { 'x-request-id': 'h-1' }),
      'No (request h-1)',
    ],
    ['somebody else', text(404, '<h1>Not here</h1>'), /GET http:\S+\/runs answered 404: is this the address of a/],
    [
      'a redirect, which is not followed',
      text(302, '', { location: 'https://elsewhere' }),
      /answered 302: is this the/,
    ],
    ['a page of something else', text(200, '<html>'), /something else than JSON: is this the address of a restore/],
    ['too much', text(200, ' '.repeat(10_000_001)), /GET http:\S+\/runs was answered with more than 10000000 bytes/],
  ])('%s is one error that says what it was', async (_, reply, message) => {
    await using api = await startScriptedApi(reply);
    const { client } = clientOf(api.url);
    await expect(client.get('/runs')).rejects.toThrow(message);
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    [
      'token',
      { by: 'token', token: 'secret' },
      /^GET \S+ answered 401, Unauthorized: the token in RESTORE_LEDGER_API_TOKEN/,
    ],
    ['none', { by: 'none' }, /^GET \S+ answered 401, Unauthorized: no credentials were sent; give --api-auth iam/],
  ] as const)('401 with --api-auth %s says what is missing, and no secret', async (_, auth, message) => {
    await using api = await startScriptedApi(json(401, { message: 'Unauthorized' }));
    const { client } = clientOf(api.url, auth);
    const error = await client.get('/runs').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(message), transient: false });
    expect((error as Error).message).not.toContain('secret');
    expect(api.requests[0]?.headers.authorization).toBe(auth.by === 'token' ? 'Bearer secret' : undefined);
  });
});

describe('again', () => {
  test('a 429 is waited out for as long as the API asked, then reading succeeds', async () => {
    await using api = await startScriptedApi(
      json(429, {}, { 'retry-after': '7' }),
      json(503, {}),
      json(200, { ok: 1 }),
    );
    const { client, sleptMs } = clientOf(api.url);
    await expect(client.get('/runs')).resolves.toEqual({ ok: 1 });
    expect(sleptMs).toEqual([7_000, expect.any(Number)]);
  });

  test('it ends after four, and sooner where the wait would be long', async () => {
    await using api = await startScriptedApi(json(503, { message: 'Service Unavailable' }));
    const { client } = clientOf(api.url);
    await expect(client.get('/runs')).rejects.toThrow(/answered 503, Service Unavailable: try again later/);
    expect(api.requests).toHaveLength(4);
    await using far = await startScriptedApi(json(429, {}, { 'retry-after': '3600' }));
    await expect(clientOf(far.url).client.get('/runs')).rejects.toThrow(/answered 429/);
    expect(far.requests).toHaveLength(1);
  });

  test('a run is not asked for again, unless the API said that it was not started', async () => {
    await using lost = await startScriptedApi((_, response) => response.destroy());
    await expect(clientOf(lost.url).client.post('/runs', {})).rejects.toThrow(/connection failed/);
    await using failed = await startScriptedApi(json(503, {}));
    await expect(clientOf(failed.url).client.post('/runs', {})).rejects.toThrow(/503/);
    await using busy = await startScriptedApi(json(429, {}, { 'retry-after': '5' }), json(202, { ok: 1 }));
    await expect(clientOf(busy.url).client.post('/runs', {})).resolves.toEqual({ ok: 1 });
    expect([lost, failed, busy].map(({ requests }) => requests.length)).toEqual([1, 1, 2]);
  });

  test('where nothing listens, the address is named', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    await expect(clientOf(`http://127.0.0.1:${port}`).client.get('/runs')).rejects.toThrow(
      `GET http://127.0.0.1:${port}/runs failed: nothing listens there (ECONNREFUSED)`,
    );
  });
});

describe('answers of another shape', () => {
  test.each([
    ['no list', { items: [] }, 'at jobs'],
    ['a status nobody knows', { jobs: [{ status: 'DONE' }] }, 'at jobs.0'],
    ['null', null, 'at its top'],
  ])('%s: refused, with the place', async (_, body, place) => {
    await using api = await startScriptedApi(json(200, body));
    await expect(new ApiLedger(clientOf(api.url).client).jobs(new URLSearchParams())({ limit: 200 })).rejects.toThrow(
      place,
    );
  });

  const JOB = {
    ...{ jobId: '65a1b2c3d4e5f60718293a4b', projectId: '65a1b2c3d4e5f60718293a4c', clusterName: 'orders' },
    ...{ kind: 'dedicated', status: 'COMPLETED', sourceStatus: 'finishedAt', delivery: 'automated' },
    ...{ requestedAt: '2026-11-23T12:00:00.000Z', deliveryUrlCount: 0, revision: 2 },
    ...{ firstSeenAt: '2026-11-23T12:01:00.000Z', changedAt: '2026-11-23T12:09:00.000Z' },
    observedAt: '2026-11-23T12:09:00.000Z',
  };
  const FINDING = { rule: 'download', severity: 'warning', at: '2026-11-23T12:01:00.000Z', why: 'It is one.' };
  const REQUESTER = { actor: { kind: 'user', name: 'ada' }, grade: 'exact', points: 100, eventType: 'X', rivals: 0 };

  test.each([
    ['none', {}],
    ['found, and findings', { requester: REQUESTER, findings: [FINDING] }],
    ['a reason', { requester: { reason: 'pending' } }],
    ['words of a later version', { requester: { reason: 'asleep' }, findings: [{ ...FINDING, rule: 'lunar' }] }],
  ])('the requester, and findings: %s is shown as it was sent', async (_, parts) => {
    await using api = await startScriptedApi(json(200, { jobs: [{ ...JOB, ...parts }] }));
    const asked = new URLSearchParams({ finding: 'download' });
    const { items } = await new ApiLedger(clientOf(api.url).client).jobs(asked)({ limit: 200 });
    expect(items).toEqual([{ ...JOB, ...parts }]);
    expect(new URL(api.requests[0]?.target ?? '', api.url).searchParams.get('finding')).toBe('download');
  });

  test.each([
    ['an actor without a grade', { requester: { actor: { kind: 'user', name: 'ada' } } }, 'at jobs.0.requester'],
    ['a finding without its rule', { findings: [{ ...FINDING, rule: undefined }] }, 'at jobs.0.findings.0.rule'],
    ['a severity that is none', { findings: [{ ...FINDING, severity: 'mild' }] }, 'at jobs.0.findings.0.severity'],
  ])('%s is refused, with the place', async (_, parts, place) => {
    await using api = await startScriptedApi(json(200, { jobs: [{ ...JOB, ...parts }] }));
    await expect(new ApiLedger(clientOf(api.url).client).jobs(new URLSearchParams())({ limit: 200 })).rejects.toThrow(
      place,
    );
  });

  test('only a ledger says that there is no such job; a 404 of another server is an error', async () => {
    const notFound = { type: '/problems/not-found', title: 'Not found', status: 404 };
    await using api = await startScriptedApi(json(404, notFound), json(404, { message: 'Not Found' }));
    const ledger = new ApiLedger(clientOf(api.url).client);
    await expect(ledger.job('65a1b2c3d4e5f60718293a4b')).resolves.toBeUndefined();
    await expect(ledger.job('65a1b2c3d4e5f60718293a4b')).rejects.toThrow(/answered 404, Not Found/);
  });
});
