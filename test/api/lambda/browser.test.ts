import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import { gatewayHandler } from '../../../functions/api/lambda/adapter.ts';
import { browserApp } from '../../../functions/api/sign-in/browser-app.ts';
import { AUTHORIZED_ROUTES } from '../../../functions/api/sign-in/prefix.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../sign-in/issuer.ts';
import { eventOf, type Sent } from './lambda-event.ts';

const engine = testEngine();
let issuer: TestIssuer;
let own: EngineTable;
let handler: ReturnType<typeof gatewayHandler>;

beforeAll(async () => {
  issuer = await startIssuer();
  own = await engine.newTable();
  const app = apiApp({ ledger: ledgerReader({ table: own.table }), log: silentLog, now: Date.now });
  const signIn = {
    issuer: issuer.url,
    clientId: CLIENT_ID,
    rolesClaim: 'cognito:groups',
    values: { read: ['read'], run: ['run'] },
    sessionMinutes: 60,
    key: async () => 'a key of these tests',
  };
  handler = gatewayHandler(app, browserApp(app.fetch, { ...signIn, log: silentLog, now: Date.now }));
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

test('a person signs in: with cookies for this host alone, over https', async () => {
  const began = await ask('GET /app/{proxy+}', '/app/sign-in');
  const [attempt = ''] = began.cookies ?? [];
  expect(attempt).toMatch(
    /^__Host-restore-ledger-sign-in=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(began.headers).not.toHaveProperty('set-cookie');

  const back = new URL(issuer.approve(began.headers.location ?? ''));
  expect(back.origin).toBe('https://r3pmxmplak.execute-api.eu-west-1.amazonaws.com');
  const pair = (line: string) => line.split(';')[0] ?? '';
  const done = await ask('GET /app/{proxy+}', `${back.pathname}${back.search}`, {
    cookies: [pair(attempt), 'other=1'],
  });
  expect([done.statusCode, done.headers.location]).toEqual([303, '/app']);
  const session = done.cookies?.find((line) => line.startsWith('__Host-restore-ledger-session='));
  expect(session).toMatch(/; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/);

  const jobs = await ask('GET /app/{proxy+}', '/app/restore-jobs', { cookies: [pair(session ?? '')] });
  expect([jobs.statusCode, jobs.body]).toEqual([200, '{"jobs":[]}']);
});
