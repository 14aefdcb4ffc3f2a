// test/deploy/sign-in.deploy.ts: sign-in as deployed, as far as an emulator without a public issuer goes: which routes are open, and
// that a session opens them. The way to an issuer and back is in test/browser/sign-in.browser.ts.
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sealOf } from '../../functions/api/sign-in/seal.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';

const ISSUER = 'https://issuer.example.invalid';
const CLIENT = 'page';
let cloud: Cloud;
let ledger: Deployment;
let host: string;

beforeAll(async () => {
  cloud = await startCloud();
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  const never = { schedule: 'cron(0 0 1 1 ? 2099)', followSeconds: '0' };
  ledger = new Deployment(cloud, 'SignIn', { ...never, signInIssuer: ISSUER, signInClientId: CLIENT });
  await ledger.deploy();
  host = `${new URL(await ledger.output('PageUrl')).hostname.split('.')[0]}.execute-api.localhost`;
});
afterAll(() => cloud?.[Symbol.asyncDispose]());
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

/** Unsigned, as browsers ask. */
const browse = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; location: string | undefined; body: string }>((resolve, reject) => {
    const sent = { host: `${host}:${cloud.port}`, ...headers };
    const asked = request({ host: '127.0.0.1', port: cloud.port, path, method, headers: sent }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      resolve({ status: response.statusCode, location: response.headers.location, body });
    });
    asked.on('error', reject).end();
  });

async function sessionCookie(key: string): Promise<string> {
  const session = {
    subject: 'ada',
    name: 'ada',
    roles: ['read'],
    formToken: 'x'.repeat(43),
    endsAt: Date.now() + 60_000,
  };
  return `__Host-restore-ledger-session=${sealOf(key).seal(session, JSON.stringify(['session', ISSUER, CLIENT]))}`;
}

test('only the routes for browsers are open, and they answer nothing without a session', async () => {
  expect(await browse('/restore-jobs')).toMatchObject({ status: 403 });
  expect(await browse('/runs', 'POST')).toMatchObject({ status: 403 });
  for (const path of ['/app/restore-jobs', '/app', '/app/runs'])
    for (const method of ['GET', 'POST']) expect(await browse(path, method)).toMatchObject({ status: 401 });
  const cookie = await sessionCookie('not the key');
  expect(await browse('/app/restore-jobs', 'GET', { cookie })).toMatchObject({ status: 401 });
  expect((await browse('/app', 'GET', { accept: 'text/html' })).location).toBe('/app/sign-in?to=%2Fapp');
  expect(await ledger.ask('/restore-jobs')).toMatchObject({ status: 200 }); // signed, as ever
});

test('the function reads the key of its sessions, and a session opens the page', async () => {
  const key = await ledger.physicalId('AWS::SecretsManager::Secret', 'ApiSignIn');
  const { SecretString } = await cloud.aws<{ SecretString: string }>(
    ...(['secretsmanager', 'get-secret-value', '--secret-id', key] as const),
  );
  const cookie = await sessionCookie(SecretString);
  expect(await browse('/app/restore-jobs', 'GET', { cookie })).toMatchObject({ status: 200, body: '{"jobs":[]}' });
  expect((await browse('/app', 'GET', { cookie })).body).toContain('<bdi>ada</bdi> (read)');
  expect(await browse('/restore-jobs', 'GET', { cookie })).toMatchObject({ status: 403 });
});

test('an issuer that is not there makes no way in', async () => {
  expect(await browse('/app/sign-in')).toMatchObject({ status: 503 });
  expect(await browse('/app/sign-in/callback?code=x&state=y')).toMatchObject({ status: 400 });
});
