// A report that takes longer than the API may, from the request to the file: the API, a table, a bucket over HTTP, and what makes it.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fill } from '../../bench/big/made-ledger.ts';
import { S3Store } from '../../functions/anchors/s3-store.ts';
import { apiApp } from '../../functions/api/app.ts';
import { Throttled } from '../../functions/api/lambda/async-function.ts';
import { ADDRESS_SECONDS, ReportBucket } from '../../functions/api/lambda/report-bucket.ts';
import { ReportFunction } from '../../functions/api/lambda/report-function.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { REQUESTED_REPORTS_KEY } from '../../functions/ledger/table/keys.ts';
import { inventoryOf } from '../../functions/ledger/transfer/export.ts';
import type { Log, LogFields } from '../../functions/platform/log.ts';
import type { Evidence } from '../../functions/report/model/report.ts';
import { pdfReport } from '../../functions/report/pdf/maker.ts';
import { SILENT_MS } from '../../functions/requested/jobs.ts';
import { type MakingPorts, makeRequested } from '../../functions/requested/make-requested.ts';
import { RequestedReports } from '../../functions/requested/requested-reports.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { checkedReport } from '../../functions/signing/report.ts';
import { localSigner } from '../../functions/signing/signer.ts';
import { type LocalS3, startLocalS3 } from '../anchors/local-s3.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { readPdf } from '../pdf/read-pdf.ts';

const engine = testEngine();
const PREFIX = 'Mine/requested/';
const OWNER = '111111111111';
const LATER = { prefer: 'respond-async' };
const PERIOD = 'since=2026-09-01&until=2026-11-20';
const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const signer = localSigner(key);

let now = Date.parse(NOW);
let own: EngineTable;
let s3: LocalS3;
let app: ReturnType<typeof apiApp>;
let reports: RequestedReports;
let sent: { reportId: string }[];
let failing: Error | undefined;
const lines: string[] = [];
const log: Log = (() => {
  const line = (message: string, fields?: LogFields) => void lines.push(JSON.stringify({ message, ...fields }));
  return { debug: line, info: line, warn: line, error: line };
})();

beforeAll(async () => {
  own = await engine.newTable(() => now);
  const ledger = ledgerReader({ table: own.table, now: () => now });
  await fill(own.ledger, { jobs: 60, clusters: 10, runs: 2, untilMs: Date.parse(NOW) });
  s3 = await startLocalS3('evidence');
  reports = new RequestedReports(own.table, () => now);
  const bucket = new ReportBucket({ bucket: 'evidence', owner: OWNER, prefix: PREFIX, client: s3.client });
  const send = async (event: object) => {
    if (failing) throw failing;
    sent.push(event as { reportId: string });
  };
  const jobs = new ReportFunction({ reports, report: { send }, bucket: async () => bucket });
  const evidence = { ledgerName: 'synthetic', limits: { ms: 20_000, bytes: 5_500_000 }, jobs };
  app = apiApp({ ledger, log, now: () => now, evidence });
}, 120_000);
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
beforeEach(() => {
  [sent, failing, lines.length, s3.isRefusing] = [[], undefined, 0, () => false];
  now += 3 * 3_600_000; // what was asked for before is forgotten
});

const store = () =>
  new S3Store({ bucket: 'evidence', prefix: PREFIX, owner: OWNER, lockMs: 86_400_000, client: s3.client });
const make = (id: string, ports: Partial<MakingPorts> = {}) =>
  makeRequested(id, {
    ...{ reports, ledger: own.ledger, store: store(), signer, ledgerName: 'synthetic', objectives: NO_OBJECTIVES },
    ...{ pdf: pdfReport, log, now: () => now, leftMs: 100_000, ...ports },
  });
const API = 'https://api.example.com';
const get = async (path: string, headers: Record<string, string> = {}) => app.request(API + path, { headers });
/** @returns its id */
async function ask(query = `${PERIOD}&format=json`): Promise<string> {
  const response = await get(`/evidence?${query}`, LATER);
  const { id } = (await response.json()) as { id: string };
  expect([response.status, response.headers.get('location')]).toEqual([202, `${API}/evidence/${id}`]);
  return id;
}
const stateOf = async (id: string) => (await (await get(`/evidence/${id}`)).json()) as Record<string, unknown>;
const reportOf = (id: string) => get(`/evidence/${id}/report`);
/** All that the table and the log hold. */
async function allThatIsKept(): Promise<string> {
  const items: string[] = [];
  for await (const item of own.table.scan()) items.push(JSON.stringify(item));
  return [...items, ...lines].join('\n');
}

describe('a report that is asked for', () => {
  test.each(['json', 'html', 'csv'])(
    'is made elsewhere, and is what the API would have answered at once: %s',
    async (format) => {
      const query = `${PERIOD}&format=${format}`;
      const id = await ask(query);
      expect(sent).toEqual([{ reportId: id }]);
      expect(await stateOf(id)).toMatchObject({ id, state: 'running', format });
      expect((await reportOf(id)).status).toBe(404);

      const made = await make(id);
      const state = await stateOf(id);
      expect(state).toMatchObject({ state: 'done', report: `/evidence/${id}/report`, integrity: 'not verified' });
      const response = await reportOf(id);
      const text = Buffer.from(await response.arrayBuffer());
      const atOnce = await get(`/evidence?${query}`);
      for (const name of ['content-type', 'content-disposition', 'x-evidence-summary'])
        expect([name, response.headers.get(name)]).toEqual([name, atOnce.headers.get(name)]);
      expect(text.equals(Buffer.from(await atOnce.arrayBuffer()))).toBe(true);

      const name = PREFIX + (made?.name ?? '');
      const envelope = String(s3.objects.get(`${name}.dsse.json`));
      const digest = createHash('sha256').update(text).digest('hex');
      expect(checkedReport(envelope, digest, [await signer.publicKey()]).predicate).toMatchObject({
        ledger: 'synthetic',
      });
      expect(s3.puts.get(name)).toMatchObject({
        ...{ 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-expected-bucket-owner': OWNER },
        'x-amz-object-lock-retain-until-date': expect.stringMatching(/^\d{4}-/),
      });
    },
  );

  test('as PDF is made elsewhere, however short it is: what answers has no fonts; its numbers are those of the others', async () => {
    const asked = await get(`/evidence?${PERIOD}&format=pdf`);
    const { id } = (await asked.json()) as { id: string };
    expect([asked.status, asked.headers.get('location'), sent]).toEqual([
      ...[202, `${API}/evidence/${id}`, [{ reportId: id }]],
    ]);
    const made = await make(id);
    expect(await stateOf(id)).toMatchObject({ state: 'done', format: 'pdf', report: `/evidence/${id}/report` });
    const response = await reportOf(id);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(response.headers.get('content-disposition')).toContain('to-2026-11-20.pdf"');
    const { text, pages } = readPdf(await response.text());
    const { numbers } = (await (await get(`/evidence?${PERIOD}&format=json`)).json()) as Evidence;
    expect(text).toContain(`Restores ${numbers.restores} Failed ${numbers.outcomes.FAILED} `);
    expect(pages.length).toBeGreaterThan(1);
    const name = PREFIX + (made?.name ?? '');
    expect(s3.puts.get(name)).toMatchObject({ 'content-type': 'application/pdf' });
    expect(s3.objects.has(`${name}.dsse.json`)).toBe(true);
  });

  test('names who asked first, as API Gateway knows them, to whoever may read', async () => {
    const arn = 'arn:aws:iam::111111111111:user/ada';
    const by = { kind: 'iam', name: arn };
    const asking = (userArn: string) => {
      const requestContext = { authorizer: { iam: { userArn } } };
      return app.request(`${API}/evidence?${PERIOD}&format=csv`, { headers: LATER }, { requestContext });
    };
    const { id, requestedBy } = (await (await asking(arn)).json()) as { id: string; requestedBy: unknown };
    expect(requestedBy).toEqual(by);
    expect(await (await asking(`${arn}2`)).json()).toMatchObject({ id, requestedBy: by });
    await make(id);
    expect(await stateOf(id)).toMatchObject({ state: 'done', requestedBy: by });
    expect(await (await get(`/evidence/${id}`, { accept: 'text/html' })).text()).toContain(` by ${arn}.`);
    expect(await stateOf(await ask(`${PERIOD}&format=html`))).not.toHaveProperty('requestedBy');
  });

  test('is the same job for the same request, and is made once', async () => {
    const id = await ask();
    expect(await ask()).toBe(id);
    expect(sent).toHaveLength(1);
    await make(id);
    expect(await ask()).toBe(id);
    const before = s3.objects.size;
    expect(await make(id)).toBeUndefined();
    expect([sent.length, s3.objects.size]).toEqual([1, before]);
  });

  test('is not part of the ledger: an export leaves it out, and doesn’t take it for an item of a later version', async () => {
    await ask();
    expect(JSON.stringify(await own.table.get(REQUESTED_REPORTS_KEY))).toContain('"ttl":');
    expect(await inventoryOf(own.table)).toMatchObject({ unknown: 0 });
  });

  test('that many ask for at once is still one job', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect([new Set(ids).size, sent.length]).toEqual([1, 1]);
  });

  test('waits for others where as many are made as may be', async () => {
    await ask(`${PERIOD}&format=json`);
    await ask(`${PERIOD}&format=csv`);
    const third = await get(`/evidence?${PERIOD}&format=html`, LATER);
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30']);
    expect(sent).toHaveLength(2);
  });

  test('says how far it is, whatever the reading does', async () => {
    const id = await ask();
    const seen: unknown[] = [];
    const slow = {
      publicKey: () => signer.publicKey(),
      sign: async (bytes: Uint8Array) => {
        while ((await stateOf(id)).progress !== 'signing and storing the report') await new Promise(setImmediate);
        seen.push((await stateOf(id)).state);
        return signer.sign(bytes);
      },
    };
    await make(id, { signer: slow, beatMs: 5 });
    expect(seen).toEqual(['running']);
    expect(await stateOf(id)).not.toHaveProperty('progress');
  });
});

describe('a large report', () => {
  /** @param text instead of the one that was made @param bytes as the job has it */
  async function large(text: string, bytes: number, format = 'json'): Promise<string> {
    const id = await ask(`${PERIOD}&format=${format}`);
    const attempt = (await reports.begin(id)) ?? expect.unreachable();
    const name = `${id}/large.json`;
    s3.objects.set(PREFIX + name, Buffer.from(text));
    const outcome = { summary: 'a large one', integrity: 'not verified' as const };
    expect(await reports.tell(attempt, { outcome, report: { name, bytes } })).toBeDefined();
    return id;
  }

  test.each([
    ['longer than an answer', 'x'.repeat(100), 6_000_000],
    ['longer once it is an answer', '"'.repeat(3_000_000), 3_000_000],
  ])('%s is at an address for some minutes, that nothing keeps', async (_, text, bytes) => {
    const id = await large(text, bytes);
    const response = await reportOf(id);
    expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
      303,
      'no-store',
      '',
    ]);
    const address = new URL(response.headers.get('location') ?? '');
    expect(address.origin).toBe(s3.url);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      'X-Amz-Expires': String(ADDRESS_SECONDS),
      'x-amz-expected-bucket-owner': OWNER, // S3 heeds it in lower case only
      'response-cache-control': 'no-store',
    });
    const fetched = await fetch(address);
    expect([fetched.status, (await fetched.text()) === text]).toEqual([200, true]);
    expect(fetched.headers.get('content-disposition')).toBe(
      'attachment; filename="restore-evidence-2026-09-01-to-2026-11-20.json"',
    );
    const kept = await allThatIsKept();
    for (const secret of ['X-Amz-', 'SESSION-TOKEN', address.searchParams.get('X-Amz-Signature') ?? 'none'])
      expect(kept).not.toContain(secret);
  });

  test('is at an address for HEAD, where HEAD asks: S3 refuses any other method than the one that is signed', async () => {
    const id = await large('x'.repeat(100), 6_000_000);
    const response = await app.request(`${API}/evidence/${id}/report`, { method: 'HEAD' });
    const address = response.headers.get('location') ?? '';
    expect([response.status, new URL(address).origin]).toEqual([303, s3.url]);
    const head = await fetch(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, expect.stringContaining('application/json')]);
    expect(head.headers.get('content-disposition')).toContain('restore-evidence-2026-09-01');
    expect((await fetch(address)).status).toBe(403);
  });

  test('as PDF is no text at its address either', async () => {
    const id = await large('x'.repeat(100), 6_000_000, 'pdf');
    const { searchParams } = new URL((await reportOf(id)).headers.get('location') ?? '');
    expect(searchParams.get('response-content-type')).toBe('application/pdf');
  });

  test('that the bucket does not give out is an error, and no part of a report', async () => {
    const id = await large('x', 1);
    s3.isRefusing = ({ method }) => method === 'GET';
    const response = await reportOf(id);
    expect(response.status).toBe(500);
    expect(lines.join()).toContain(`s3://evidence/${PREFIX}${id}/large.json: reading it failed with AccessDenied`);
  });
});

describe('what fails', () => {
  test('at the first attempt is tried again; at the last it is failed, and says why', async () => {
    const id = await ask();
    s3.isRefusing = ({ method }) => method === 'PUT';
    await expect(make(id)).rejects.toThrow('access is denied');
    expect(await stateOf(id)).toMatchObject({ state: 'running' });
    now += 60_000;
    await expect(make(id)).rejects.toThrow('access is denied');
    const failed = await stateOf(id);
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('access is denied') });
    expect(failed).not.toHaveProperty('report');
    expect((await reportOf(id)).status).toBe(404);
    expect(await make(id)).toBeUndefined();

    s3.isRefusing = () => false;
    expect(await ask()).toBe(id);
    await make(id);
    expect(await stateOf(id)).toMatchObject({ state: 'done' });
  });

  test('for lack of time is not tried again, and says what to narrow', async () => {
    const id = await ask();
    await expect(make(id, { leftMs: 0 })).rejects.toThrow('it takes longer than');
    expect(await stateOf(id)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('narrow since and until'),
    });
    expect(await make(id)).toBeUndefined();
  });

  test('without a word, as a function that runs out of memory, is failed after some minutes, and stays so', async () => {
    const id = await ask();
    await reports.begin(id);
    now += SILENT_MS - 1;
    expect(await stateOf(id)).toMatchObject({ state: 'running' });
    now += 1;
    expect(await stateOf(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('without a word') });
    expect(await make(id)).toBeUndefined();
  });

  test('because another attempt has begun: its report comes too late, and the job is the other’s', async () => {
    const id = await ask();
    const overtaken = {
      publicKey: () => signer.publicKey(),
      sign: async (bytes: Uint8Array) => {
        await reports.begin(id);
        return signer.sign(bytes);
      },
    };
    await expect(make(id, { signer: overtaken })).rejects.toThrow('the report came too late');
    expect(await stateOf(id)).toMatchObject({ state: 'running' });
  });

  test('to begin at all: the caller is told, and the next one may ask', async () => {
    failing = new Throttled('Lambda is throttling');
    const refused = await get(`/evidence?${PERIOD}`, LATER);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    failing = new Error('synthetic');
    expect((await get(`/evidence?${PERIOD}`, LATER)).status).toBe(500);
    failing = undefined;
    await make(await ask(PERIOD));
    expect(sent).toHaveLength(1);
  });
});
