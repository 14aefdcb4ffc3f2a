import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunRequest } from '../../../functions/api/http/ports.ts';
import { sealOf } from '../../../functions/api/sign-in/seal.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { type ServedApi, serveApi } from '../../../local/serve.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { keptLog } from '../service.ts';
import { TestBrowser } from './browser.ts';
import { anotherKey, CLIENT_ID, startIssuer, type TestIssuer } from './issuer.ts';

const engine = testEngine();
const KEY = 'a key of these tests, which nobody else knows';
let issuer: TestIssuer;
let own: EngineTable;
let service: ServedApi;
let browser: TestBrowser;
let started: RunRequest[];
let now: number;
let key: string;
let log: ReturnType<typeof keptLog>;

beforeAll(async () => {
  own = await engine.newTable();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  issuer = await startIssuer();
  started = [];
  now = Date.now();
  key = KEY;
  log = keptLog();
  service = await serveApi({
    ledger: ledgerReader({ table: own.table }),
    log,
    now: () => now,
    runs: { start: async (run) => void started.push(run) },
    signIn: {
      issuer: issuer.url,
      clientId: CLIENT_ID,
      rolesClaim: 'cognito:groups',
      values: { read: ['read'], run: ['run'], annotate: ['annotate'] },
      sessionMinutes: 60,
      key: async () => key,
    },
  });
  browser = new TestBrowser(service.url);
});
afterEach(async () => {
  vi.useRealTimers();
  await service.close();
  await issuer[Symbol.asyncDispose]();
});

const begin = async (target = '/app/') => {
  const response = await browser.get(`/app/sign-in?to=${encodeURIComponent(target)}`);
  expect(response.status).toBe(303);
  return response.headers.get('location') ?? '';
};
const signIn = async (target?: string) => browser.get(issuer.approve(await begin(target)));
const withGroups = (...groups: unknown[]) => {
  issuer.lie = { claims: { 'cognito:groups': groups } };
};
const SESSION = 'restore-ledger-session';

test('a person is sent to the issuer with PKCE, state and nonce, and comes back to the page that was asked for', async () => {
  const first = await browser.get('/app/clusters?projectId=65a1b2c3d4e5f60718293a4b');
  expect(first.status).toBe(303);
  const asked = new URL(await begin('/app/clusters?projectId=65a1b2c3d4e5f60718293a4b'));
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: `${service.url}/app/sign-in/callback`,
    state: expect.stringMatching(/^.{40,}$/),
    nonce: expect.stringMatching(/^.{40,}$/),
  });
  const back = await browser.get(issuer.approve(asked.href));
  expect([back.status, back.headers.get('location')]).toEqual([
    303,
    '/app/clusters?projectId=65a1b2c3d4e5f60718293a4b',
  ]);
  const page = await browser.get('/app/');
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('no-store, no-transform');
  expect([page.headers.get('content-encoding'), page.headers.get('etag')]).toEqual([null, null]);
  const text = await page.text();
  expect(text).toContain('<bdi>ada</bdi> (run)');
  expect(text).toContain('href="/app/clusters"');
  expect(text).not.toMatch(/(href|src|action)="\/(?!app[/?"])/);
});

test('cookies are out of reach of scripts and of other sites, and say nothing', async () => {
  await begin();
  const response = await signIn();
  const lines = response.headers.getSetCookie();
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  expect(Buffer.from(browser.cookies.get(SESSION) ?? '', 'base64url').toString('latin1')).not.toContain('ada');
});

describe('without a session, nothing of the ledger is answered', () => {
  const PATHS = [
    '/app/',
    '/app/restore-jobs',
    '/app/clusters',
    '/app/coverage',
    '/app/health',
    '/app/openapi.json',
    '/app/runs',
    '/app/summary',
    '/app/api/atlas/v2/groups',
    '/app//',
    '/app/%2e%2e/restore-jobs',
    '/app/x/../restore-jobs',
    '/restore-jobs',
    '/APP/restore-jobs',
    '/runs',
    '/jobs/x',
    '/app/page.css',
  ];
  const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

  test.each(PATHS)('%s', async (path) => {
    for (const method of VERBS) {
      const response = await fetch(`${service.url}${path}`, { method, redirect: 'manual' });
      expect([401, 404, 405], `${method} ${response.status}`).toContain(response.status);
    }
    expect(started).toEqual([]);
  });

  test('a browser is shown the way', async () => {
    const response = await browser.get('/app/jobs/65a1b2c3d4e5f60718293a4b');
    expect(response.headers.get('location')).toBe('/app/sign-in?to=%2Fapp%2Fjobs%2F65a1b2c3d4e5f60718293a4b');
  });
});

describe('an ID token is refused', () => {
  const past = Math.floor(Date.now() / 1_000) - 3_600;
  test.each([
    ['of another issuer', () => ({ claims: { iss: 'https://elsewhere.example.com' } })],
    ['for another client', () => ({ claims: { aud: 'another' } })],
    ['for several clients, without saying which may use it', () => ({ claims: { aud: [CLIENT_ID, 'another'] } })],
    ['that has expired', () => ({ claims: { iat: past, exp: past + 60 } })],
    ['that never expires', () => ({ claims: { exp: undefined } })],
    ['of another sign-in', () => ({ claims: { nonce: 'another' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['without a subject', () => ({ claims: { sub: undefined } })],
    ['without a signature', () => ({ header: { alg: 'none' } })],
    ["signed with the issuer's public key as a shared secret", () => ({ header: { alg: 'HS256' } })],
    ['signed by somebody else', () => ({ key: anotherKey() })],
    ['signed with a key that the issuer does not publish', () => ({ key: anotherKey(), header: { kid: 'none' } })],
  ])('%s', async (_, lie) => {
    issuer.lie = lie();
    const response = await signIn();
    expect(response.status).toBe(403);
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect((await browser.get('/app/')).status).toBe(303);
    issuer.lie = {};
    expect((await signIn()).status).toBe(303); // the same, told truly
  });
});

describe('the answer of the token endpoint is refused', () => {
  test.each<[string, NonNullable<TestIssuer['lie']['tokens']>]>([
    ['if it is an error', (response) => response.writeHead(500).end('{}')],
    ['if it is no JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')],
    [
      'if it has no ID token',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"access_token":"a","token_type":"Bearer"}'),
    ],
    [
      'if it is huge',
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(`{"a":"${'x'.repeat(10_000_000)}"}`),
    ],
    ['if it never comes', () => undefined],
    ['if it breaks off', (response) => response.socket?.destroy()],
    ['if it leads elsewhere', (response) => response.writeHead(302, { location: '/jwks' }).end()],
  ])('%s', async (_, tokens) => {
    issuer.lie = { tokens };
    expect((await signIn()).status).toBe(403);
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect(JSON.stringify(log.lines)).not.toMatch(/code-\d|xxxx/);
  });
});

describe('the configuration of the issuer is refused', () => {
  test.each([
    ['of another issuer', { issuer: 'https://elsewhere.example.com' }],
    ['without an authorization endpoint', { authorization_endpoint: undefined }],
    ['with a script for an address', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('%s', async (_, configuration) => {
    issuer.configuration = configuration;
    expect((await browser.get('/app/sign-in')).status).toBe(503);
    issuer.configuration = {};
    await begin(); // it is read again
  });
});

test('the keys of the issuer may change', async () => {
  await signIn();
  issuer.rotate();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  expect((await signIn()).status).toBe(303);
});

describe('the way back is good once, and in the browser that set out', () => {
  test('not in another', async () => {
    const back = issuer.approve(await begin());
    const victim = new TestBrowser(service.url);
    expect((await victim.get(back)).status).toBe(400);
    expect(victim.cookies.size).toBe(0);
  });

  test('not in one that set out for itself', async () => {
    const back = issuer.approve(await begin());
    const victim = new TestBrowser(service.url);
    await victim.get('/app/sign-in');
    expect((await victim.get(back)).status).toBe(403);
    expect(victim.cookies.has(SESSION)).toBe(false);
  });

  test('not twice, even with its cookie', async () => {
    const back = issuer.approve(await begin());
    const cookies = new Map(browser.cookies);
    expect((await browser.get(back)).status).toBe(303);
    expect((await browser.get(back)).status).toBe(400);
    const copy = new TestBrowser(service.url);
    for (const [name, value] of cookies) copy.cookies.set(name, value);
    expect((await copy.get(back)).status).toBe(403);
  });

  test('not after ten minutes', async () => {
    const back = issuer.approve(await begin());
    now += 601_000;
    expect((await browser.get(back)).status).toBe(400);
  });

  test.each([
    ['another state', { state: 'x' }],
    ['no state', { state: '' }],
    ['an error', { error: 'access_denied' }],
    ['no code', { code: '' }],
  ])('not with %s', async (_, changes) => {
    expect((await browser.get(issuer.approve(await begin(), changes))).status).toBe(403);
    expect(browser.cookies.has(SESSION)).toBe(false);
  });
});

test.each([
  '//evil.example',
  'https://evil.example/',
  '/\\evil.example',
  '/app/../..//evil.example',
  '/app/\\..\\..\\evil',
  'javascript:alert(1)',
  '/restore-jobs',
  '/app/\n//evil',
  `/app/${'x'.repeat(2_000)}`,
  '/application',
])('it leads to no other place: %j', async (target) => {
  const location = (await signIn(target)).headers.get('location') ?? '';
  const { origin, pathname } = new URL(location, service.url);
  expect([origin, /^\/app(\/|$)/.test(pathname)]).toEqual([service.url, true]);
});

test('a place below a doubled slash stays on this site', async () => {
  const location = (await signIn('/app//evil.example/')).headers.get('location') ?? '';
  expect(new URL(location, service.url).origin).toBe(service.url);
});

describe('roles', () => {
  test.each([[[]], [['admin', 'READ']], [[{ toString: 'read' }]], [[['read']]]])(
    '%j: a clear refusal',
    async (groups) => {
      withGroups(...groups);
      const response = await signIn();
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('no role in this ledger');
      expect(browser.cookies.has(SESSION)).toBe(false);
    },
  );

  test('one text is a role too', async () => {
    issuer.lie = { claims: { 'cognito:groups': 'read' } };
    expect((await signIn()).status).toBe(303);
  });

  test('read: sees the page, has no form for runs, and cannot start one', async () => {
    withGroups('read');
    await signIn();
    const page = await (await browser.get('/app/')).text();
    expect(page).toContain('(read)');
    expect(page).not.toContain('action="/app/runs"');
    const { token = '' } = await browser.fields('/app/', '/app/sign-out');
    expect((await browser.post('/app/runs', { token })).status).toBe(403);
    expect(started).toEqual([]);
  });

  test('run: starts a run, once for a form', async () => {
    await signIn();
    const fields = await browser.fields('/app/', '/app/runs');
    expect((await browser.post('/app/runs', { ...fields, key: 'a\r\nb\u20ac' })).status).toBe(403);
    expect((await browser.post('/app/runs', fields)).status).toBe(202);
    expect((await browser.post('/app/runs', fields)).status).toBe(202);
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
    expect(log.lines).toContainEqual({ message: 'run requested on the page', fields: { subject: 'ada', status: 202 } });
  });
});

describe('a form of another site, or of another session, changes nothing', () => {
  test.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
    ['an opaque origin', { origin: 'null' }],
    ['a site of another port', { origin: 'http://127.0.0.1:1' }],
  ])('%s', async (_, headers) => {
    await signIn();
    const fields = await browser.fields('/app/', '/app/runs');
    expect((await browser.post('/app/runs', fields, headers)).status).toBe(403);
    expect((await browser.post('/app/sign-out', fields, headers)).status).toBe(403);
    expect(started).toEqual([]);
    expect((await browser.get('/app/')).status).toBe(200);
  });

  test('a browser that says nothing of the page', async () => {
    await signIn();
    const fields = await browser.fields('/app/', '/app/runs');
    const cookie = `${SESSION}=${browser.cookies.get(SESSION)}`;
    const response = await fetch(`${service.url}/app/runs`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { cookie },
    });
    expect(response.status).toBe(403);
    expect(started).toEqual([]);
  });

  test('no token, and the token of another session of the same person', async () => {
    await signIn();
    const { token = '' } = await browser.fields('/app/', '/app/runs');
    await signIn();
    for (const fields of [{}, { token }, { token: '' }] as Record<string, string>[])
      expect((await browser.post('/app/runs', fields)).status).toBe(403);
    expect(started).toEqual([]);
  });

  test('JSON, and a form that is too large', async () => {
    await signIn();
    const { token = '' } = await browser.fields('/app/', '/app/runs');
    expect((await browser.post('/app/runs', { token, more: 'x'.repeat(3_000) })).status).toBe(403);
    expect((await browser.post('/app/runs', { token }, { 'content-type': 'application/json' })).status).toBe(403);
    expect(started).toEqual([]);
  });
});

describe('a session ends', () => {
  test('after its time', async () => {
    await signIn();
    now += 59 * 60_000;
    expect((await browser.get('/app/')).status).toBe(200);
    now += 61_000;
    expect((await browser.get('/app/')).status).toBe(303);
  });

  test('in this browser, by signing out; the way to do so with the issuer is shown', async () => {
    await signIn();
    const { token = '' } = await browser.fields('/app/', '/app/sign-out');
    const response = await browser.post('/app/sign-out', { token });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(`href="${issuer.url}/sign-out?client_id=${CLIENT_ID}&amp;`);
    expect((await browser.get('/app/')).status).toBe(303);
  });

  test('with its key', async () => {
    await signIn();
    key = 'another key';
    expect((await browser.get('/app/')).status).toBe(303);
  });
});

describe('a cookie that was not sealed here opens nothing', () => {
  test('each byte of it counts', async () => {
    await signIn();
    const bytes = Buffer.from(browser.cookies.get(SESSION) ?? '', 'base64url');
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      browser.cookies.set(SESSION, changed.toString('base64url'));
      expect((await browser.get('/app/')).status, String(at)).toBe(303);
    }
    for (const text of ['', 'x', 'null', 'x'.repeat(5_000), bytes.subarray(0, 27).toString('base64url')]) {
      browser.cookies.set(SESSION, text);
      expect((await browser.get('/app/')).status, text).toBe(303);
    }
  });

  test('that of a sign-in under way is no session, nor is one of another client', async () => {
    await begin();
    browser.cookies.set(SESSION, browser.cookies.get('restore-ledger-sign-in') ?? '');
    expect((await browser.get('/app/')).status).toBe(303);
    const session = { subject: 'eve', name: 'eve', roles: ['run'], formToken: 'x', endsAt: now + 60_000 };
    const sealed = (client: string) => sealOf(KEY).seal(session, JSON.stringify(['session', issuer.url, client]));
    browser.cookies.set(SESSION, sealed('another'));
    expect((await browser.get('/app/')).status).toBe(303);
    browser.cookies.set(SESSION, sealed(CLIENT_ID)); // so it is the client alone
    expect((await browser.get('/app/')).status).toBe(200);
  });

  test('two of the same name are none', async () => {
    await signIn();
    const cookie = `${SESSION}=x; ${SESSION}=${browser.cookies.get(SESSION)}`;
    const response = await fetch(`${service.url}/app/restore-jobs`, { headers: { cookie } });
    expect(response.status).toBe(401);
  });
});
