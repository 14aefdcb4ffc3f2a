import type { Server } from 'node:http';
import { Provider } from 'oidc-provider';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { listen } from '../../local/listen.ts';
import { type ServedApi, serveApi } from '../../local/serve.ts';
import { jobsOf } from '../api/web/world.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { seen } from '../ledger/jobs.ts';
import { startChromium } from './chromium.ts';
import { axeViolations, overflow, visit } from './visit.ts';

const engine = testEngine();
const CLIENT = 'restore-ledger-page';
let browser: Browser;
let issuer: Server;
let own: EngineTable;
let service: ServedApi;
let runs = 0;
let jobId: string;

beforeAll(async () => {
  browser = await startChromium();
  own = await engine.newTable();
  const ledger = ledgerReader({ table: own.table });
  const jobs = jobsOf(3);
  await Promise.all(jobs.map((job) => ledger.record(job, seen(0))));
  jobId = jobs[0]?.jobId ?? '';
  const { createServer } = await import('node:http');
  let answer: ReturnType<Provider['callback']> | undefined;
  issuer = createServer((request, response) => void answer?.(request, response));
  const url = await listen(issuer);
  service = await serveApi({
    ...{ ledger, log: silentLog },
    runs: { start: async () => void runs++ },
    annotations: { table: own.table },
    signIn: {
      ...{
        issuer: url,
        clientId: CLIENT,
        rolesClaim: 'roles',
        sessionMinutes: 60,
        key: async () => 'a key of this test',
      },
      values: { read: ['read'], run: ['run'], annotate: ['annotate'] },
    },
  });
  answer = providerOf(url, service.url).callback();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
  issuer?.closeAllConnections();
  issuer?.close();
  await own?.[Symbol.asyncDispose]();
});

/** Its development pages take any name and password; the name is the role. */
const providerOf = (url: string, page: string) =>
  new Provider(url, {
    clients: [
      {
        client_id: CLIENT,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${page}/app/sign-in/callback`],
        post_logout_redirect_uris: [`${page}/app`],
        application_type: 'native',
      },
    ],
    claims: { openid: ['sub', 'roles'], email: [], profile: [] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, roles: [id] }) }),
  });

async function signIn(page: Page, name: string, path = '/app/') {
  await page.goto(`${service.url}${path}`);
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'x');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]'); // consent
  await page.waitForURL(`${service.url}/**`);
}

test('the role run signs in, comes back to the page that was asked for, starts a run and signs out', async () => {
  await using visited = await visit(browser);
  const { page, context } = visited;
  await signIn(page, 'run', '/app/clusters');
  visited.complaints.length = 0; // those of the issuer's own pages
  expect(page.url()).toBe(`${service.url}/app/clusters`);
  await page.click('text=Restores');
  expect(page.url()).toBe(`${service.url}/app`);
  expect(await page.locator('table tbody tr').count()).toBeGreaterThan(0);
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
  expect(await page.evaluate('document.cookie')).toBe('');
  const ours = async () => (await context.cookies(service.url)).filter(({ name }) => name.startsWith('restore-ledger'));
  expect(await ours()).toMatchObject([{ name: 'restore-ledger-session', httpOnly: true, sameSite: 'Lax' }]);

  await page.click('text=Start a run');
  expect(await page.textContent('h1')).toBe('A run has started');
  expect(runs).toBe(1);

  await page.goto(`${service.url}/app/`);
  await page.click('text=Sign out');
  expect(await page.textContent('h1')).toBe('You are signed out');
  expect(await ours()).toEqual([]);
  expect(await page.getAttribute('text=Sign out there, too', 'href')).toContain('/session/end?client_id=');
  expect(visited.complaints).toEqual([]);
});

test('the role read sees the page on a phone, and no way to start a run', async () => {
  await using visited = await visit(browser, { size: 'phone' });
  await signIn(visited.page, 'read');
  expect(await visited.page.textContent('.account')).toContain('read (read)');
  expect(await visited.page.locator('text=Start a run').count()).toBe(0);
  expect(await axeViolations(visited.page)).toEqual([]);
  expect(await overflow(visited.page)).toBe(0);
});

test('somebody without a role is told so', async () => {
  await using visited = await visit(browser);
  await signIn(visited.page, 'nobody');
  expect(await visited.page.textContent('h1')).toBe('No access');
});

test('the role annotate says on the page of a restore what it was for, and is told what cannot be kept', async () => {
  await using visited = await visit(browser, { size: 'phone' });
  const { page } = visited;
  await signIn(page, 'annotate', `/app/jobs/${jobId}`);
  visited.complaints.length = 0; // those of the issuer's own pages
  expect(await page.locator('text=Start a run').count()).toBe(0);
  await page.click('summary:text("Annotate")');
  await page.fill('#a-ticket', 'OPS-1');
  await page.fill('#a-links', 'http://example.com');
  await page.selectOption('#a-status', 'SUCCESSFUL');
  await page.click('button:text("Annotate")');
  expect(await page.textContent('#a-problem')).toContain('links.0: expected an address that begins with https://');
  expect(await page.evaluate('document.activeElement.id')).toBe('a-problem');
  expect(await page.getAttribute('[aria-invalid=true]', 'name')).toBe('links');
  expect(await Promise.all(['#a-ticket', '#a-status', '#a-links'].map((field) => page.inputValue(field)))).toEqual([
    ...['OPS-1', 'SUCCESSFUL', 'http://example.com'],
  ]);
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);

  await page.fill('#a-links', 'https://example.com/OPS-1');
  await page.click('button:text("Annotate")');
  await page.waitForURL(`${service.url}/app/jobs/${jobId}#annotations`);
  expect(await page.textContent('#annotations')).toContain('OPS-1');
  expect(await page.textContent('#annotations')).toContain('Said by annotate');
  // The answer 422 is a complaint of Chromium's own.
  expect(visited.complaints.filter((each) => !each.includes('422'))).toEqual([]);
});

test("another site's form starts no run", async () => {
  await using visited = await visit(browser);
  const { page } = visited;
  await signIn(page, 'run');
  const before = runs;
  const token = await page.getAttribute('form[action="/app/runs"] input[name=token]', 'value');
  await page.goto('data:text/html,<h1>another site</h1>');
  await page.setContent(
    `<form method="post" action="${service.url}/app/runs"><input name="token" value="${token}"><button>Win</button></form>`,
  );
  await Promise.all([page.waitForNavigation(), page.click('text=Win')]);
  expect(await page.textContent('body')).toMatch(/refused|Not signed in/);
  expect(runs).toBe(before);
});
