// The evidence function as it is, on a real DynamoDB API, and on as much of S3 and KMS as it asks for.
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readArchive } from '../../functions/anchors/archive.ts';
import { AnchorComparison } from '../../functions/anchors/check.ts';
import { S3Store } from '../../functions/anchors/s3-store.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { PublicKey } from '../../functions/signing/public-key.ts';
import { checkedReport } from '../../functions/signing/report.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { s3Error, unchunked } from '../anchors/local-s3.ts';
import { completed, idAt, job as jobOf, RUN } from '../ledger/jobs.ts';

/** Created in 2023, as its id says: before the restores. */
const PROJECT = '650000000000000000000000';
const job = (parts: Parameters<typeof jobOf>[0]) => jobOf({ projectId: PROJECT, ...parts });
const PREFIX = 'Mine/evidence/';
const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/abc';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let dynamodb: LocalDynamoDB;
let ledger: Ledger;
let s3: Server;
let kms: Server;
const objects = new Map<string, Buffer>();
const owners = new Set<unknown>();
let isRefusing = (_request: IncomingMessage) => false;
const lines: string[] = [];

const bodyOf = async (request: IncomingMessage) => Buffer.concat((await listOf(request)) as Buffer[]);

/** Lists, gets and creates objects. Synthetic answers in the form of S3's. */
const startS3 = () =>
  createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    owners.add(request.headers['x-amz-expected-bucket-owner']);
    const key = decodeURIComponent(pathname).slice('/evidence/'.length);
    const end = (status: number, text: string | Buffer = '') => void response.writeHead(status).end(text);
    if (isRefusing(request)) return end(403, s3Error('AccessDenied'));
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] !== '*') return end(400, s3Error('Unconditional'));
      if (objects.has(key)) return end(412, s3Error('PreconditionFailed'));
      objects.set(key, unchunked(body, request));
      return end(200);
    }
    if (key !== '') return objects.has(key) ? end(200, objects.get(key)) : end(404, s3Error('NoSuchKey'));
    const prefix = searchParams.get('prefix') ?? '';
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
    const contents = names.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
    return end(
      200,
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`,
    );
  });

/** Node signs messages alone, and KMS is given digests: openssl signs those. */
function signDigest(digest: Buffer): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'evidence-test-'));
  try {
    const key = join(directory, 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', key], { input: digest });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The public key, and signatures of digests. */
const startKms = () =>
  createServer(async (request, response) => {
    const { KeyId, Message } = JSON.parse((await bodyOf(request)).toString()) as Record<string, string>;
    expect(KeyId).toBe(KEY_ARN);
    const isSign = String(request.headers['x-amz-target']).endsWith('.Sign');
    const answer = isSign
      ? { Signature: signDigest(Buffer.from(Message ?? '', 'base64')).toString('base64') }
      : { PublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'ledger');
  ledger = tableLedger({ tableName: 'ledger', client });
  [s3, kms] = [startS3(), startKms()];
  await Promise.all([s3, kms].map(listen));
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_MAX_ATTEMPTS: '1' },
    ...{ AWS_ENDPOINT_URL: dynamodb.endpoint, TABLE_NAME: 'ledger', LEDGER_NAME: 'Mine', SIGNING_KEY_ARN: KEY_ARN },
    ...{ AWS_ENDPOINT_URL_S3: urlOf(s3), AWS_ENDPOINT_URL_KMS: urlOf(kms) },
    ANCHOR_RETENTION_DAYS: '0',
    ...{ EVIDENCE_BUCKET: 'evidence', EVIDENCE_BUCKET_OWNER: '111111111111', EVIDENCE_PREFIX: PREFIX },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(String(line)));
});
beforeEach(() => {
  lines.length = 0;
  isRefusing = () => false;
});
afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const server of [s3, kms]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await dynamodb.close();
});

async function runAt(at: string, leftMs = 900_000) {
  vi.setSystemTime(new Date(at));
  lines.length = 0;
  const { handler } = await import('../../functions/handlers/evidence.ts');
  return handler({}, { getRemainingTimeInMillis: () => leftMs } as Context);
}
const said = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const metrics = () => said().at(-1);
const reports = () => [...objects.keys()].filter((key) => key.startsWith(`${PREFIX}reports/`)).sort();
const jobId = idAt('2026-10-20T09:00:00Z');
const trusted = () => [new PublicKey(publicKey)];

test('the first call of a day takes its anchor, signed by the key in KMS; the others of the day leave it as it is', async () => {
  await ledger.recordPlan(RUN, [{ projectId: PROJECT, projectName: 'shop' }]);
  const requested = job({ jobId, requestedAt: '2026-10-20T09:00:00.000Z' });
  await ledger.record(requested, { runId: RUN, observedAt: '2026-10-20T09:10:00.000Z' });
  await ledger.saveCoverage(PROJECT, () => ({
    ...{ projectId: PROJECT, projectName: 'payments', revision: 0, runId: RUN, discovery: {}, clusters: {} },
    ...{ recorded: 1, recordedIds: toggled(NO_IDS, [jobId]) },
  }));
  const taken = await runAt('2026-10-30T00:10:00.000Z');
  expect(taken).toEqual({ anchor: 'anchors/2026-10-30/0001.dsse.json', state: 'taken', reports: [] });
  expect(metrics()).toMatchObject({ Ledger: 'Mine', AnchorAgeDays: 0, AnchorFindings: 0, ReportsMissing: 0 });
  const envelope = JSON.parse(String(objects.get(`${PREFIX}${(taken as { anchor: string }).anchor}`))) as {
    payload: string;
  };
  expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString()).predicate).toMatchObject({ retentionDays: 0 });
  const before = new Map(objects);
  expect(await runAt('2026-10-30T01:10:00.000Z')).toMatchObject({ state: 'there' });
  expect(metrics()).toMatchObject({ AnchorAgeDays: 0 });
  expect(objects).toEqual(before);
  expect(owners).toEqual(new Set(['111111111111']));
});

test('a day after a month its report is written, signed, once, and it is the one that was signed', async () => {
  expect(await runAt('2026-11-01T23:10:00.000Z')).toMatchObject({ state: 'taken', reports: [] }); // not every list was read past it
  const { reports: folders } = await runAt('2026-11-02T00:10:00.000Z');
  expect(folders).toEqual(['reports/2026-10/2026-11-02T00-10-00.000Z/']);
  const folder = PREFIX + (folders[0] ?? '');
  const name = 'restore-evidence-2026-10-01-to-2026-11-01';
  expect(reports()).toEqual(
    ['.html', '.json', '.pdf'].flatMap((ending) => [folder + name + ending, `${folder}${name}${ending}.dsse.json`]),
  );
  for (const format of ['html', 'json', 'pdf']) {
    const report = objects.get(`${folder}${name}.${format}`) ?? expect.unreachable();
    const envelope = String(objects.get(`${folder}${name}.${format}.dsse.json`));
    const checked = checkedReport(envelope, createHash('sha256').update(report).digest('hex'), trusted());
    expect(checked).toMatchObject({
      name: `${name}.${format}`,
      predicate: { ledger: 'Mine', since: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z', restores: 1 },
    });
  }
  const json = JSON.parse(String(objects.get(`${folder}${name}.json`)));
  expect(json).toMatchObject({ ledger: 'Mine', numbers: { restores: 1 }, integrity: { jobs: 1 } });
  expect(String(objects.get(`${folder}${name}.html`))).toContain(jobId);
  expect(await runAt('2026-11-02T01:10:00.000Z')).toMatchObject({ state: 'there', reports: [] });
  expect(reports()).toHaveLength(6);
});

test('out of time, or refused by S3 in the middle: nothing is signed, what is missing is counted, and the next call makes it anew', async () => {
  expect(await runAt('2026-12-02T00:10:00.000Z', 60_000)).toMatchObject({ state: 'taken', reports: [] });
  expect(said().find(({ level }) => level === 'ERROR')).toMatchObject({ month: '2026-11' });
  expect(metrics()).toMatchObject({ AnchorAgeDays: 0, ReportsMissing: 1 });
  expect(reports()).toHaveLength(6);

  isRefusing = ({ method, url = '' }) => method === 'PUT' && url.includes('2026-11-01-to') && url.includes('.json');
  await expect(runAt('2026-12-02T01:10:00.000Z')).rejects.toThrow('access is denied');
  expect(metrics()).toMatchObject({ ReportsMissing: 1 });
  expect(reports().filter((key) => key.includes('/2026-11/'))).toEqual([
    expect.stringMatching(/2026-12-02T01-10-00.000Z\/[^/]+\.html$/),
    expect.stringMatching(/2026-12-02T01-10-00.000Z\/[^/]+\.pdf$/),
  ]);

  isRefusing = () => false;
  expect((await runAt('2026-12-02T02:10:00.000Z')).reports).toEqual(['reports/2026-11/2026-12-02T02-10-00.000Z/']);
  expect(metrics()).toMatchObject({ ReportsMissing: 0 });
});

test('a day without an anchor: its age is told until one is there', async () => {
  isRefusing = ({ method, url = '' }) => method === 'PUT' && url.includes('anchors/');
  await expect(runAt('2026-12-04T00:10:00.000Z')).rejects.toThrow('writing anchors/2026-12-04/0001.dsse.json');
  expect(said().some((line) => 'AnchorAgeDays' in line)).toBe(false); // nothing is said of it: the alarm takes that for the worst
});

test('a history that was rewritten, with a chain made anew, is found by the next anchor, and by whoever compares later', async () => {
  const table = new DynamoTable('ledger', new DynamoDBClient(dynamodb.clientConfig));
  const observedAt = '2026-10-20T09:10:00.000Z';
  const forged = completed(job({ jobId, requestedAt: '2026-10-20T09:00:00.000Z' }), observedAt);
  const other = await startDynamoDB();
  try {
    const client = new DynamoDBClient(other.clientConfig);
    await ensureTable(client, 'forger');
    await tableLedger({ tableName: 'forger', client }).record(forged, { runId: RUN, observedAt });
    const item = await new DynamoTable('forger', client).get(jobKey(PROJECT, jobId));
    const { pk: _, sk: __, ...forgedItem } = item ?? expect.unreachable();
    await table.update(jobKey(PROJECT, jobId), { set: forgedItem }, {});
  } finally {
    await other.close();
  }
  await runAt('2026-12-05T00:10:00.000Z');
  expect(said().find(({ level }) => level === 'ERROR')).toMatchObject({ jobId, what: 'rewritten', day: '2026-12-05' });
  expect(metrics()).toMatchObject({ AnchorFindings: 1 });
  await runAt('2026-12-05T01:10:00.000Z');
  expect(metrics(), 'while the anchor stands').toMatchObject({ AnchorFindings: 1 });

  const client = new S3Client({ endpoint: urlOf(s3), region: 'eu-central-1', forcePathStyle: true });
  const store = new S3Store({ bucket: 'evidence', prefix: PREFIX, client });
  const { anchored } = await readArchive(store, { keys: trusted(), now: Date.now() });
  const comparison = new AnchorComparison(anchored, Date.now());
  for await (const recorded of ledger.recordedJobs(PROJECT)) comparison.add(recorded);
  expect(comparison.result().differing).toMatchObject([{ jobId, what: 'rewritten', day: '2026-10-30' }]);
});

test('an anchor that is not as it was signed is a finding, too', async () => {
  const name = `${PREFIX}anchors/2026-12-05/0001.dsse.json`;
  const envelope = JSON.parse(String(objects.get(name)));
  const payload = Buffer.from(
    Buffer.from(envelope.payload, 'base64').toString().replace('"rewritten":1', '"rewritten":0'),
  );
  objects.set(name, Buffer.from(`${JSON.stringify({ ...envelope, payload: payload.toString('base64') })}\n`));
  await expect(runAt('2026-12-06T00:10:00.000Z')).rejects.toThrow('the signature does not fit');
  expect(metrics()).toMatchObject({ AnchorFindings: 1 });
});
