import { afterAll, beforeAll, expect, test } from 'vitest';
import { LedgerError } from '../../../functions/ledger/model/errors.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { type EngineTable, testEngine } from '../../ledger/engines.ts';
import { idAt, job } from '../../ledger/jobs.ts';
import { NOW } from '../../ledger/table.ts';
import { type Service, startService } from '../service.ts';

const engine = testEngine();
let own: EngineTable;
let service: Service;
beforeAll(async () => {
  own = await engine.newTable(() => Date.parse(NOW));
  const ledger = ledgerReader({ table: own.table, now: () => Date.parse(NOW) });
  const user = { kind: 'user', name: 'ada@laptop', selfDeclared: true } as const;
  service = await startService(engine, { ledger, annotations: { table: own.table, user } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

let serial = 0;
async function recorded(): Promise<string> {
  const { jobId } = job({ jobId: idAt('2026-11-20T10:00:00Z', `form-${serial++}`) });
  await service.add(job({ jobId }));
  return jobId;
}
const read = (id: string) => service.json<LedgerJob>(`/restore-jobs/${id}`);
const page = async (id: string) => (await service.get(`/jobs/${id}`)).text();
const post = (id: string, fields: Record<string, string>, headers: Record<string, string> = { origin: service.url }) =>
  fetch(`${service.url}/jobs/${id}/annotation`, {
    method: 'POST',
    body: new URLSearchParams({ seen: '0', ...fields }),
    redirect: 'manual',
    headers,
  });
/** What a browser would send of the form as it was shown. */
function fieldsOf(html: string): Record<string, string> {
  const form = /<form method="post"[\s\S]*<\/form>/.exec(html)?.[0] ?? expect.unreachable();
  const plain = (text = '') =>
    text.replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name] ?? '',
    );
  const inputs = [...form.matchAll(/<input[^>]* name="([a-z]+)" value="([^"]*)"/g)];
  const areas = [...form.matchAll(/<textarea[^>]* name="([a-z]+)"[^>]*>\n([^<]*)</g)];
  return { status: '', ...Object.fromEntries([...inputs, ...areas].map(([, name, value]) => [name, plain(value)])) };
}

test('the form annotates in the name of the user of this machine, and leads back to the page', async () => {
  const id = await recorded();
  const answer = await post(id, {
    ...{ status: 'SUCCESSFUL', message: 'all there', purpose: 'drill', ticket: 'OPS-1', environment: 'staging' },
    ...{ checks: 'rows=10:10\r\nlatest=10:00 : 10:05\r\n', links: 'https://wiki.example.com/?a=<b>\r\n' },
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/jobs/${id}#annotations`]);
  expect(await page(id)).toContain('1 of 2 checks as expected');
  expect(await read(id)).toMatchObject({
    validation: { status: 'SUCCESSFUL', message: 'all there', by: { name: 'ada@laptop', selfDeclared: true } },
    annotation: {
      ...{ purpose: 'drill', ticket: 'OPS-1', environment: 'staging' },
      checks: [
        { name: 'rows', expected: '10', got: '10' },
        { name: 'latest', expected: '10:00', got: '10:05' },
      ],
    },
  });
  const html = await page(id);
  expect(html).toContain('1 of 2 checks as expected');
  expect(html).toMatch(/<a href="https:\/\/wiki\.example\.com\/\?a=%3Cb%3E" rel="noopener noreferrer nofollow">/);
  expect(html).toContain('ada@laptop (self-declared)');
});

test('posted as it was shown, it changes nothing, whatever the texts hold', async () => {
  const id = await recorded();
  const texts = { purpose: '"><script>', ticket: "a'&amp;b", environment: '=x' };
  const checks = [{ name: 'a=b', expected: 'c : d', got: 'e:f' }];
  await fetch(`${service.url}/restore-jobs/${id}/annotation`, {
    method: 'PATCH',
    body: JSON.stringify({ ...texts, checks }),
    headers: { 'content-type': 'application/json' },
  });
  const html = await page(id);
  expect(html).not.toContain('"><script>');
  expect((await post(id, fieldsOf(html))).status).toBe(303);
  expect(await read(id)).toMatchObject({ annotation: { ...texts, checks }, annotationCount: 1 });
});

test('an emptied field takes back what there was', async () => {
  const id = await recorded();
  await post(id, { purpose: 'drill', ticket: 'OPS-1' });
  await post(id, { ...fieldsOf(await page(id)), purpose: ' ' });
  const { annotation } = await read(id);
  expect([annotation?.purpose, annotation?.ticket]).toEqual([undefined, 'OPS-1']);
});

test('what somebody else said meanwhile is not written over', async () => {
  const id = await recorded();
  const shown = fieldsOf(await page(id));
  await post(id, { ticket: 'OPS-1' });
  const answer = await post(id, { ...shown, ticket: 'OPS-2' });
  const html = await answer.text();
  expect([answer.status, html]).toEqual([412, expect.stringContaining('somebody else annotated this restore')]);
  expect((await read(id)).annotation?.ticket).toBe('OPS-1');
  expect(html).toMatch(/<dt>Ticket<\/dt>\s*<dd><bdi>OPS-1/); // what they said
  expect((await post(id, fieldsOf(html))).status).toBe(303); // what was typed, once they have seen it
  expect((await read(id)).annotation?.ticket).toBe('OPS-2');
});

test('what is wrong is named on the page of the job, at its field, and all that was typed is there', async () => {
  const id = await recorded();
  const typed = { purpose: 'dr"ill <b>', ticket: "a'&amp;b", checks: 'rows', links: 'http://example.com\nx' };
  for (const [fields, words, wrong] of [
    [{ message: 'all there' }, 'status: expected a validation', 'status'],
    [{ ...typed, links: '' }, 'checks: expected name=expected:got', 'checks'],
    [{ ...typed, checks: '' }, 'links.0: expected an address', 'links'],
    [{ ...typed, status: '<b>', checks: '', links: '' }, 'validation.status: expected one of', 'status'],
    [{ status: 'FAILED', message: '\u202e' }, 'validation.message: expected one line', 'message'],
  ] as [Record<string, string>, string, string][]) {
    const answer = await post(id, fields);
    const html = await answer.text();
    expect([answer.status, html]).toEqual([422, expect.stringContaining(words)]);
    expect(html).toContain('<details open><summary>Annotate</summary>');
    expect([...html.matchAll(/name="(\w+)"[^>]* aria-invalid="true"/g)].map(([, name]) => name)).toEqual([wrong]);
    const { status: _, ...texts } = fields;
    expect(fieldsOf(html)).toMatchObject(texts);
    if (fields.status === 'FAILED') expect(html).toContain('<option value="FAILED" selected>');
  }
  expect((await read(id)).revision).toBe(1);
});

test.each([
  ['another site', { origin: 'https://evil.example.com' }],
  ['another port', { origin: 'http://127.0.0.1:1' }],
  ['a frame without an origin', { origin: 'null' }],
  ['nowhere', {}],
  ['a sibling site', { 'sec-fetch-site': 'same-site' }],
])('a form on %s is refused', async (_, headers) => {
  const id = await recorded();
  expect((await post(id, { purpose: 'drill' }, headers as Record<string, string>)).status).toBe(403);
  expect((await read(id)).annotation).toBeUndefined();
});

test('what was typed outlives a ledger that is busy', async () => {
  const id = await recorded();
  await using busy = await startService(engine, {
    ledger: service.ledger,
    annotations: {
      table: { ...own.table, get: async () => Promise.reject(new LedgerError('LEDGER_UNAVAILABLE', 'throttled')) },
      user: { kind: 'user', name: 'ada@laptop', selfDeclared: true },
    },
  });
  const answer = await fetch(`${busy.url}/jobs/${id}/annotation`, {
    method: 'POST',
    body: new URLSearchParams({ seen: '0', ticket: 'OPS-1' }),
    headers: { origin: busy.url },
  });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect(fieldsOf(await answer.text()).ticket).toBe('OPS-1');
});

test('pages let browsers name their site, without which no form could be told from one of another site', async () => {
  const { headers } = await service.get(`/jobs/${await recorded()}`);
  expect(headers.get('referrer-policy')).toBe('same-origin');
});
