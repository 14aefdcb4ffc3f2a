import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { type ServedApi, serveApi } from '../../../local/serve.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { idAt, job, seen } from '../../ledger/jobs.ts';
import { NOW } from '../../ledger/table.ts';
import { keptLog } from '../service.ts';
import { TestBrowser } from './browser.ts';
import { CLIENT_ID, startIssuer, type TestIssuer } from './issuer.ts';

const engine = testEngine();
let issuer: TestIssuer;
let own: EngineTable;
let service: ServedApi;
let browser: TestBrowser;
let log: ReturnType<typeof keptLog>;
let id: string;
let now: number;
let serial = 0;

beforeAll(async () => {
  own = await engine.newTable();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  issuer = await startIssuer();
  log = keptLog();
  now = Date.parse(NOW);
  const ledger = ledgerReader({ table: own.table, now: () => now });
  id = idAt('2026-11-20T10:00:00Z', `signed-in-${serial++}`);
  await ledger.record(job({ jobId: id }), seen(0));
  service = await serveApi({
    ...{ ledger, log, now: () => now },
    annotations: { table: own.table, user: { kind: 'user', name: 'machine', selfDeclared: true } },
    signIn: {
      ...{ issuer: issuer.url, clientId: CLIENT_ID, rolesClaim: 'cognito:groups', sessionMinutes: 60 },
      values: { read: ['read'], run: ['run'], annotate: ['auditor'] },
      key: async () => 'a key of these tests',
    },
  });
  browser = new TestBrowser(service.url);
});
afterEach(async () => {
  await service.close();
  await issuer[Symbol.asyncDispose]();
});

async function signIn(...groups: string[]) {
  issuer.lie = { claims: { 'cognito:groups': groups } };
  const begun = await browser.get('/app/sign-in?to=%2Fapp');
  expect((await browser.get(issuer.approve(begun.headers.get('location') ?? ''))).status).toBe(303);
}
const path = () => `/app/jobs/${id}`;
const form = () => browser.fields(path(), `${path()}/annotation`);
const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  browser.post(`${path()}/annotation`, fields, headers);
const recorded = async () =>
  (await (await browser.get(`/app/restore-jobs/${id}`, { accept: 'application/json' })).json()) as LedgerJob;

test('who has the role annotates on the page of the job, in the name of the subject of the token', async () => {
  await signIn('auditor');
  const html = await (await browser.get(path())).text();
  expect(html).toContain('(annotate)');
  expect(html).not.toContain('action="/app/runs"');
  const answer = await post({ ...(await form()), status: 'SUCCESSFUL', purpose: 'drill' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `${path()}#annotations`]);
  const by = { kind: 'token', name: 'ada', issuer: issuer.url };
  expect(await recorded()).toMatchObject({
    validation: { status: 'SUCCESSFUL', by },
    annotation: { purpose: 'drill', by },
    annotationCount: 1,
  });
  expect(log.lines).toContainEqual({
    message: 'annotation sent on the page',
    fields: { subject: 'ada', status: 303 },
  });
});

test('roles add up: run and annotate', async () => {
  await signIn('read', 'run', 'auditor');
  const html = await (await browser.get(path())).text();
  expect(html).toContain('(run, annotate)');
  expect(html).toContain('action="/app/runs"');
  expect(html).toContain(`action="${path()}/annotation"`);
});

test.each([['read'], ['run']])('%s sees no form, and annotates nothing', async (role) => {
  await signIn(role);
  expect(await (await browser.get(path())).text()).not.toContain('/annotation"');
  const { token = '' } = await browser.fields(path(), '/app/sign-out');
  const answer = await post({ token, seen: '0', purpose: 'drill' });
  expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('not annotate')]);
  expect((await recorded()).annotation).toBeUndefined();
});

test('what is wrong is said on the page of the job, with what was typed, and the form can be sent again', async () => {
  await signIn('auditor');
  const answer = await post({ ...(await form()), ticket: 'OPS-1', links: 'http://example.com' });
  const html = await answer.text();
  expect([answer.status, html]).toEqual([422, expect.stringContaining('links.0: expected an address')]);
  expect(html).toContain('value="OPS-1"');
  expect(html).toContain('>ada</bdi> (annotate)');
  expect(html).not.toMatch(/(href|src|action)="\/(?!app[/?"])/);
  const token = /annotation"[\s\S]*?name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect((await post({ token, seen: '0', ticket: 'OPS-1' })).status).toBe(303);
});

test('what somebody else said meanwhile is not written over', async () => {
  await signIn('auditor');
  const shown = await form();
  await post({ ...shown, ticket: 'OPS-1' });
  const answer = await post({ ...shown, ticket: 'OPS-2' });
  expect([answer.status, await answer.text()]).toEqual([412, expect.stringContaining('value="OPS-2"')]);
  expect((await recorded()).annotation?.ticket).toBe('OPS-1');
});

describe('nothing is annotated by a form', () => {
  test.each([
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['of an opaque origin', { origin: 'null' }],
    ['that is JSON', { 'content-type': 'application/json' }],
  ])('%s', async (_, headers) => {
    await signIn('auditor');
    const answer = await post({ ...(await form()), purpose: 'drill' }, headers);
    expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('drill')]);
    expect((await recorded()).annotation).toBeUndefined();
  });

  test('without a session: the browser keeps what was typed', async () => {
    const answer = await post({ seen: '0', purpose: 'drill' }, { accept: 'text/html' });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('Your session has ended')]);
    await signIn('auditor');
    expect((await recorded()).annotation).toBeUndefined();
  });

  test('of an earlier session: it is shown again, to be sent in this one', async () => {
    await signIn('auditor');
    const earlier = await form();
    now += 61 * 60_000;
    await signIn('auditor');
    for (const fields of [
      { ...earlier, ticket: 'OPS-1' },
      { seen: '0', ticket: 'OPS-1' },
    ]) {
      const answer = await post(fields as Record<string, string>);
      const html = await answer.text();
      expect([answer.status, html]).toEqual([403, expect.stringContaining('The form is of an earlier session')]);
      expect(html).toContain('value="OPS-1"');
    }
    expect((await recorded()).annotation).toBeUndefined();
    expect((await post({ ...(await form()), ticket: 'OPS-1' })).status).toBe(303);
  });

  test('that is larger than any annotation', async () => {
    await signIn('auditor');
    expect((await post({ ...(await form()), checks: 'x'.repeat(61_000) })).status).toBe(403);
  });

  test('of a job that is not there, or under another path', async () => {
    await signIn('auditor');
    const { token = '' } = await form();
    const none = idAt('2026-11-20T10:00:00Z', 'none');
    for (const target of [`/app/jobs/${none}/annotation`, '/app/jobs/x/annotation']) {
      expect((await browser.post(target, { token, seen: '0', purpose: 'drill' })).status).toBe(404);
    }
    for (const target of [
      `/app/restore-jobs/${id}/annotation`,
      `${path()}/annotation/x`,
      `/app/x/jobs/${id}/annotation`,
    ])
      expect((await browser.post(target, { token, seen: '0', purpose: 'drill' })).status).toBe(404);
    expect((await recorded()).annotation).toBeUndefined();
  });
});
