// The lake function as it is, on a real DynamoDB API, and on as much of S3 as it asks for.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { lastDay } from '../../functions/lake/days.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { completed, idAt, job, PROJECT, RUN } from '../ledger/jobs.ts';

const DAY_MS = 86_400_000;
const PREFIX = 'Mine/changes/';
let dynamodb: LocalDynamoDB;
let ledger: Ledger;
let s3: Server;
const objects = new Map<string, Buffer>();
const owners = new Set<unknown>();
let refuses = false;
const lines: string[] = [];

/** Lists and puts objects. Synthetic answers in the form of S3's. */
const startS3 = () =>
  createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    owners.add(request.headers['x-amz-expected-bucket-owner']);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (refuses)
        return void response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>no</Message></Error>');
      if (request.method === 'PUT') {
        objects.set(decodeURIComponent(url.pathname.slice('/lake/'.length)), Buffer.concat(parts));
        return void response.writeHead(200, { etag: '"x"' }).end();
      }
      const [prefix, from] = ['prefix', 'start-after'].map((name) => url.searchParams.get(name) ?? '') as [
        string,
        string,
      ];
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
      const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`,
      );
    });
  });

beforeAll(async () => {
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'ledger');
  ledger = tableLedger({ tableName: 'ledger', client });
  s3 = startS3();
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_MAX_ATTEMPTS: '1' },
    ...{ AWS_ENDPOINT_URL: dynamodb.endpoint, TABLE_NAME: 'ledger', LEDGER_NAME: 'Mine' },
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    ...{ LAKE_BUCKET: 'lake', LAKE_BUCKET_OWNER: '111111111111', LAKE_PREFIX: PREFIX },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(String(line)));
});
beforeEach(() => {
  lines.length = 0;
  refuses = false;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  s3.closeAllConnections();
  await new Promise((resolve) => s3.close(resolve));
  await dynamodb.close();
});

async function run(event: unknown = {}, leftMs = 600_000) {
  const { handler } = await import('../../functions/handlers/lake.ts');
  return handler(event, { getRemainingTimeInMillis: () => leftMs } as Context);
}
const said = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const keyOf = (day: string) => `${PREFIX}day=${day}/changes.parquet`;
const rowsOf = async (day: string) =>
  parquetReadObjects({ file: new Uint8Array(objects.get(keyOf(day)) ?? expect.unreachable()).buffer });
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

test('of a ledger that no run has read yet nothing is written, and nothing is missing', async () => {
  expect(await run()).toMatchObject({ written: [] });
  expect(said()).toMatchObject([{ level: 'INFO' }, { Ledger: 'Mine', LakeDaysMissing: 0 }]);
  expect(objects.size).toBe(0);
});

test('the days of five weeks are written, then the last ones again, and one that is missing', async () => {
  const now = Date.now();
  const last = lastDay(now);
  const observedAt = `${last}T10:00:00.000Z`;
  const jobId = idAt(`${last}T09:55:00Z`);
  await ledger.recordPlan(RUN, []);
  await ledger.record(completed(job({ jobId }), observedAt), { runId: RUN, observedAt });
  const { written } = await run();
  expect([written.length, objects.size, written.at(-1)]).toEqual([35, 35, last]);
  expect(await rowsOf(last)).toMatchObject([
    { job_id: jobId, status: 'COMPLETED', completed: true, state_known: true },
  ]);
  expect(said().at(-1)).toMatchObject({ LakeDaysMissing: 0 });
  expect(owners).toEqual(new Set(['111111111111']));

  const missed = dayOf(Date.parse(last) - 20 * DAY_MS);
  const before = objects.get(keyOf(last));
  objects.delete(keyOf(missed));
  const back = [0, 1, 2].map((days) => dayOf(Date.parse(last) - days * DAY_MS));
  expect(await run()).toEqual({ written: [missed, ...back.reverse()], left: [] });
  expect(objects.get(keyOf(last))?.equals(before ?? expect.unreachable())).toBe(true);
});

test('asked for days, it writes those and no other', async () => {
  const day = dayOf(Date.now() - 100 * DAY_MS);
  expect(await run({ since: day })).toEqual({ written: [day], left: [] });
  expect(await rowsOf(day)).toEqual([]);
  await expect(run({ since: 'someday' })).rejects.toThrow('since, until: expected days such as');
});

test('out of time, and refused by S3: what is missing is counted, and the next call makes up for it', async () => {
  objects.clear();
  expect((await run({}, 1_000)).written).toEqual([]);
  expect(said().at(-1)).toMatchObject({ LakeDaysMissing: 35 });
  refuses = true;
  await expect(run()).rejects.toThrow(/AccessDenied|no|403/);
  refuses = false;
  lines.length = 0;
  expect((await run()).written).toHaveLength(35);
  expect(said().at(-1)).toMatchObject({ LakeDaysMissing: 0 });
});

test('a job whose history cannot be read is left out, by name, and counted', async () => {
  const last = lastDay(Date.now());
  const jobId = idAt(`${last}T09:56:00Z`);
  await ledger.record(job({ jobId }), { runId: RUN, observedAt: `${last}T10:01:00.000Z` });
  const table = new DynamoTable('ledger', new DynamoDBClient(dynamodb.clientConfig));
  await table.update(jobKey(PROJECT, jobId), { set: { changes: [] } }, {});
  await run();
  expect(said().filter(({ level }) => level === 'ERROR')).toMatchObject([{ projectId: PROJECT, jobId }]);
  expect(said().at(-1)).toMatchObject({ LakeJobsLeftOut: 1, LakeDaysMissing: 0 });
});
