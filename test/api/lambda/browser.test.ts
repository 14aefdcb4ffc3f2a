import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import { gatewayHandler } from '../../../functions/api/lambda/adapter.ts';
import { browserApp } from '../../../functions/api/sign-in/browser-app.ts';
import { AUTHORIZED_ROUTES } from '../../../functions/api/sign-in/prefix.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { idAt, job, PROJECT, seen } from '../../ledger/jobs.ts';
import { accepting } from '../atlas-api.ts';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../sign-in/issuer.ts';
import { eventOf, type Sent } from './lambda-event.ts';

const engine = testEngine();
let issuer: TestIssuer;
let own: EngineTable;
let handler: ReturnType<typeof gatewayHandler>;

beforeAll(async () => {
  issuer = await startIssuer();
  own = await engine.newTable();
  const ports = { ledger: ledgerReader({ table: own.table }), log: silentLog, now: Date.now };
  const app = apiApp(ports);
  const signIn = {
    issuer: issuer.url,
    clientId: CLIENT_ID,
    rolesClaim: 'cognito:groups',
    values: { read: ['read'], run: ['run'], annotate: ['annotate'] },
    sessionMinutes: 60,
    key: async () => 'a key of these tests',
  };
  // As functions/handlers/api.ts has them where tokens may not annotate.
  const pages = apiApp({ ...ports, annotations: { table: own.table } });
  handler = gatewayHandler(app, browserApp(pages.fetch, { ...signIn, log: silentLog, now: Date.now }));
});
afterAll(async () => {
  await own[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const ask = (routeKey: string, target: string, sent: Sent = {}) => handler({ ...eventOf(target, sent), routeKey });
const OPEN = ['GET /app', 'POST /app', 'GET /app/{proxy+}', 'POST /app/{proxy+}'];

describe.each([...OPEN, '$default', 'ANY /something-new'])(
  'a request of %s, which API Gateway has not authorized',
  (routeKey) => {
    // Whatever path the two of them read.
    test.each([
      '/',
      '/restore-jobs',
      '/app/restore-jobs',
      '/app/../restore-jobs',
      '/app/%2e%2e/restore-jobs',
      '//restore-jobs',
      '/runs',
      '/app/runs',
    ])('gets nothing at %s', async (path) => {
      for (const method of ['GET', 'POST']) {
        const { statusCode, body } = await ask(routeKey, path, { method });
        expect([401, 404]).toContain(statusCode);
        expect(body).not.toContain('"jobs"');
      }
    });
  },
);

test.each(AUTHORIZED_ROUTES)('a request of %s is answered as ever, and a cookie changes nothing', async (routeKey) => {
  for (const cookies of [undefined, ['__Host-restore-ledger-session=x']])
    expect((await ask(routeKey, '/restore-jobs', cookies ? { cookies } : {})).statusCode).toBe(200);
});

const pair = (line: string) => line.split(';')[0] ?? '';

/** The cookie of a session of somebody with these roles. */
async function signedIn(...roles: string[]): Promise<string> {
  issuer.lie = { claims: { 'cognito:groups': roles } };
  const began = await ask('GET /app/{proxy+}', '/app/sign-in');
  const back = new URL(issuer.approve(began.headers.location ?? ''));
  const cookies = (began.cookies ?? []).map(pair);
  const done = await ask('GET /app/{proxy+}', `${back.pathname}${back.search}`, { cookies });
  issuer.lie = {};
  return pair(done.cookies?.find((line) => line.startsWith('__Host-restore-ledger-session=')) ?? '');
}

describe('below /app', () => {
  const origin = 'https://r3pmxmplak.execute-api.eu-west-1.amazonaws.com';
  const id = idAt('2026-11-20T10:00:00Z', 'annotated');
  const atlas = `/api/atlas/v2/groups/${PROJECT}/clusters/orders/backup/restoreJobs`;
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin };
  let cookies: string[];
  beforeAll(async () => {
    await ledgerReader({ table: own.table }).record(job({ jobId: id, clusterName: 'orders' }), seen(0));
    cookies = [await signedIn('annotate')];
  });

  test('who signed in annotates, by the routes of today; a machine is still refused', async () => {
    const { body: page } = await ask('GET /app/{proxy+}', `/app/jobs/${id}`, { cookies });
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = { token, seen: '0', purpose: 'drill', links: `${origin}/jobs/${id}` };
    const sent = { method: 'POST', body: new URLSearchParams(fields).toString(), cookies, headers: form };
    for (const route of AUTHORIZED_ROUTES) {
      const { statusCode } = await ask(route, `/jobs/${id}/annotation`, sent);
      expect([route, statusCode]).toEqual([route, 501]);
    }
    const { statusCode, headers } = await ask('POST /app/{proxy+}', `/app/jobs/${id}/annotation`, sent);
    expect([statusCode, headers.location]).toEqual([303, `/app/jobs/${id}#annotations`]);
  });

  test("this ledger's own addresses stay as somebody said them, and its links lead below the prefix", async () => {
    const ownLink = `${origin}/jobs/${id}`;
    const headers = { accept: accepting('2023-01-01').accept };
    const get = async (path: string) => (await ask('GET /app/{proxy+}', `/app${path}`, { cookies })).body;
    expect(JSON.parse(await get(`/restore-jobs/${id}`)).annotation.links).toEqual([ownLink]);
    expect(await get('/restore-jobs?format=ndjson')).not.toContain(`${origin}/app/`);
    const html = await get(`/jobs/${id}`);
    expect(html).toContain(`<a href="${ownLink}" rel`);
    expect(html).toContain('href="/app/clusters"');
    const { links, results } = JSON.parse((await ask('GET /app/{proxy+}', `/app${atlas}`, { cookies, headers })).body);
    expect(links[0].href).toMatch(new RegExp(`^${origin}/app/api/atlas/v2/`));
    expect(results[0].links[0].href).toBe(`${origin}/app${atlas}/${id}`);
    expect(
      (await ask('GET /app/{proxy+}', results[0].links[0].href.slice(origin.length), { cookies, headers })).statusCode,
    ).toBe(200);
  });
});

test('a person signs in: with cookies for this host alone, over https', async () => {
  const began = await ask('GET /app/{proxy+}', '/app/sign-in');
  const [attempt = ''] = began.cookies ?? [];
  expect(attempt).toMatch(
    /^__Host-restore-ledger-sign-in=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(began.headers).not.toHaveProperty('set-cookie');

  const back = new URL(issuer.approve(began.headers.location ?? ''));
  expect(back.origin).toBe('https://r3pmxmplak.execute-api.eu-west-1.amazonaws.com');
  const done = await ask('GET /app/{proxy+}', `${back.pathname}${back.search}`, {
    cookies: [pair(attempt), 'other=1'],
  });
  expect([done.statusCode, done.headers.location]).toEqual([303, '/app']);
  const session = done.cookies?.find((line) => line.startsWith('__Host-restore-ledger-session='));
  expect(session).toMatch(/; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/);

  const jobs = await ask('GET /app/{proxy+}', '/app/restore-jobs', { cookies: [pair(session ?? '')] });
  expect([jobs.statusCode, jobs.body]).toEqual([200, expect.stringMatching(/^\{"jobs":\[/)]);
});
