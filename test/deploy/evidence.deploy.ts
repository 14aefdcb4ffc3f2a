// test/deploy/evidence.deploy.ts: a deployed ledger with a bucket of evidence: its anchor lands there, and finds what was rewritten; and
// reports that are asked for.
// That Object Lock is asked for, test/lib/services/evidence.test.ts holds the template to. The steps build on each other.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AwsSigner } from '../../bin/remote/aws-signature.ts';
import { chained, relinked } from '../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { jobKey, REQUESTED_REPORTS_KEY } from '../../functions/ledger/table/keys.ts';
import type { RequestedJob } from '../../functions/requested/jobs.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { EXECUTABLE } from '../cli/command-line.ts';
import { type SignatureFront, startSignatureFront } from '../cli/remote/signature-front.ts';
import { readPdf } from '../pdf/read-pdf.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { mustRun, run } from './processes.ts';
import { allJobIds } from './world.ts';

let cloud: Cloud;
let atlas: AtlasSimulator;
let ledger: Deployment;
/** In front of the emulator's API Gateway. */
let front: SignatureFront;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 3 });
  cloud = await startCloud();
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  const never = { schedule: 'cron(0 0 1 1 ? 2099)', followSeconds: '0' };
  ledger = new Deployment(cloud, 'Evident', { ...never, evidenceBucket: 'new', atlasBaseUrl: atlas.url });
  await ledger.deploy();
  const id = new URL(await ledger.output('ApiUrl')).hostname.split('.')[0];
  const host = () => `${id}.execute-api.localhost:${cloud.port}`;
  front = await startSignatureFront({ port: cloud.port, secrets: { test: 'test' }, host });
});
afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

const day = () => new Date().toISOString().slice(0, 10);
async function keys(): Promise<string[]> {
  const bucket = new URL(await ledger.output('EvidenceLocation')).hostname;
  const listed = await cloud.aws<{ Contents?: { Key: string }[] }>('s3api', 'list-objects-v2', '--bucket', bucket);
  return (listed.Contents ?? []).map(({ Key }) => Key);
}

test('the anchor of the day lands in the bucket, once, after a collection', async () => {
  writeFileSync(join(cloud.folder, 'atlas-key.json'), JSON.stringify(atlas.apiKey));
  const PATH = `${cloud.bin}:${cloud.env.PATH}`;
  const fillIn = await ledger.output('FillInSecret');
  await mustRun('bash', ['-c', fillIn], { env: { ...cloud.env, PATH }, cwd: cloud.folder });
  const runId = newObjectId(new Date());
  await ledger.invoke('CollectionPlan', { trigger: 'request', runId });
  await eventually('the run is complete', async () =>
    (await ledger.runs()).some((each) => each.runId === runId && each.status === 'complete'),
  );
  expect(await ledger.jobIds()).toEqual(allJobIds(atlas.world));

  expect(await ledger.invoke('Evidence', {})).toMatchObject({ state: 'taken' });
  const anchor = `Evident/evidence/anchors/${day()}/0001.dsse.json`;
  const there = await keys();
  expect(there).toContain(anchor);
  expect(await ledger.invoke('Evidence', {})).toMatchObject({ state: 'there' });
  expect(await keys()).toEqual(there);
});
test.skip('a file under Object Lock is not deleted: S3 refuses that, and no emulator is taken at its word');

/** By the public key that AWS KMS gives out. The command line finds the emulator by AWS_ENDPOINT_URL, as any of the SDK does. */
async function verifyAgainst(): Promise<{ code: number | null; found: Record<string, unknown> }> {
  const kms = ['kms', 'get-public-key', '--key-id', await ledger.output('SigningKeyArn')];
  const { PublicKey } = await cloud.aws<{ PublicKey: string }>(...kms);
  writeFileSync(
    join(cloud.folder, 'ledger.pem'),
    `-----BEGIN PUBLIC KEY-----\n${PublicKey}\n-----END PUBLIC KEY-----\n`,
  );
  const where = ['--table', await ledger.output('TableName'), '--against', await ledger.output('EvidenceLocation')];
  const args = ['verify', ...where, '--public-key', 'ledger.pem', '--json'];
  const { code, stdout, output } = await run(EXECUTABLE, args, { env: cloud.env, cwd: cloud.folder });
  expect(stdout, output).toMatch(/^\{/);
  return { code, found: JSON.parse(stdout) };
}

test('verify --against finds every history as the deployed function anchored it', async () => {
  const { code, found } = await verifyAgainst();
  expect(found).toMatchObject({ result: 'unbroken', anchors: { differingCount: 0, asAnchored: 3 } });
  expect(code).toBe(0);
});

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const signer = new AwsSigner({ region: REGION, credentials });
async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = new URL(path, front.url);
  return fetch(url, { headers: await signer.sign({ method: 'GET', url, headers }), redirect: 'manual' });
}
/** Works on the table itself. */
async function inTable<T>(work: (table: DynamoTable) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient({ endpoint: cloud.env.AWS_ENDPOINT_URL ?? '', region: REGION, credentials });
  try {
    return await work(new DynamoTable(await ledger.output('TableName'), client));
  } finally {
    client.destroy();
  }
}

/** How long a file is still locked, in whole days, in governance mode. */
async function lockedDays(key: string): Promise<number> {
  const bucket = new URL(await ledger.output('EvidenceLocation')).hostname;
  const asked = ['s3api', 'get-object-retention', '--bucket', bucket, '--key', key];
  const { Retention } = await cloud.aws<{ Retention: { Mode: string; RetainUntilDate: string } }>(...asked);
  expect(Retention.Mode).toBe('GOVERNANCE');
  return Math.ceil((Date.parse(Retention.RetainUntilDate) - Date.now()) / 86_400_000);
}

/** @param path of a job @returns what it came to */
const ended = (path: string) =>
  eventually('the report is made', async () => {
    const said = (await (await get(path)).json()) as { state: string; report: string; reason?: string };
    return said.state !== 'running' && said;
  });

describe('a report that is not made at once', () => {
  let path: string;

  test('is made by a function of its own, signed, and fetched through the API', async () => {
    const asked = await get('/evidence?format=json&since=2020-01-01&verify=true', { prefer: 'respond-async' });
    expect([asked.status, await asked.clone().text()]).toEqual([202, expect.stringContaining('"state":"running"')]);
    path = new URL(asked.headers.get('location') ?? '').pathname;
    expect(await ended(path)).toMatchObject({ state: 'done', integrity: 'unbroken', report: `${path}/report` });

    const response = await get(`${path}/report`);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ numbers: { restores: 3 }, integrity: { unbroken: true } });
    const [, name = ''] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
    const [signature = ''] = (await keys()).filter((each) => each.endsWith(`${name}.dsse.json`));
    expect(signature).toMatch(/^Evident\/requested\//);
    const [anchor = ''] = (await keys()).filter((each) => each.includes('/anchors/'));
    expect(await lockedDays(signature)).toBe(1);
    expect(await lockedDays(anchor)).toBe(7 * 366); // the default of the bucket, which the other is spared
    writeFileSync(join(cloud.folder, name), text);
    const bucket = new URL(await ledger.output('EvidenceLocation')).hostname;
    await cloud.aws('s3api', 'get-object', '--bucket', bucket, '--key', signature, `${name}.dsse.json`);
    const check = ['verify-evidence', name, '--public-key', 'ledger.pem'];
    await mustRun(EXECUTABLE, check, { env: cloud.env, cwd: cloud.folder });
  });

  test('as PDF is made by the same function, with the fonts beside its code, and the command line waits for it', async () => {
    const asked = await get('/evidence?format=pdf&since=2020-01-01&until=2020-02-01');
    expect([asked.status, await asked.text()]).toEqual([202, expect.stringContaining('"format":"pdf"')]);
    expect(await ended(new URL(asked.headers.get('location') ?? '').pathname)).toMatchObject({ state: 'done' });
    const api = ['--api', front.url, '--api-auth', 'iam', '--api-region', REGION];
    const args = ['evidence', ...api, '--since', '2020-01-01', '--output', 'remote.pdf'];
    const { output } = await run(EXECUTABLE, args, { env: cloud.env, cwd: cloud.folder });
    expect(output).toContain('remote.pdf: 3 restores');
    const { text, pages } = readPdf(readFileSync(join(cloud.folder, 'remote.pdf'), 'latin1'));
    for (const jobId of allJobIds(atlas.world)) expect(text).toContain(jobId);
    expect(pages.length).toBeGreaterThan(1);
    expect((await keys()).filter((key) => key.endsWith('.pdf.dsse.json')).length).toBeGreaterThan(0);
  });

  test('is at an address for some minutes where it is longer than an answer, also for the command line', async () => {
    const text = await (await get(`${path}/report`)).text();
    await inTable(async (table) => {
      const item = (await table.get(REQUESTED_REPORTS_KEY)) ?? expect.unreachable();
      const jobs = (item.jobs as RequestedJob[]).map((job) => ({
        ...job,
        report: { ...job.report, bytes: 6_000_000 },
      }));
      await table.update(REQUESTED_REPORTS_KEY, { set: { jobs } }, {});
    });
    const moved = await get(`${path}/report`);
    expect([moved.status, moved.headers.get('cache-control')]).toEqual([303, 'no-store']);
    const address = moved.headers.get('location') ?? '';
    const fetched = await fetch(address);
    expect([fetched.status, await fetched.text()]).toEqual([200, text]);
    const signature = new URL(address).searchParams.get('X-Amz-Signature') ?? '';
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    const logs = [await ledger.logText('ApiHandler'), await ledger.logText('ReportsReport')].join('\n');
    const items = JSON.stringify(await inTable((table) => table.get(REQUESTED_REPORTS_KEY)));
    for (const secret of [signature, 'X-Amz-']) expect(logs + items).not.toContain(secret);

    const api = ['--api', front.url, '--api-auth', 'iam', '--api-region', REGION];
    const args = ['evidence', ...api, '--since', '2020-01-01', '--format', 'json', '--output', 'remote.json'];
    const { code, output } = await run(EXECUTABLE, args, { env: cloud.env, cwd: cloud.folder });
    expect([code, output]).toEqual([expect.any(Number), expect.stringContaining('3 restores')]);
    const remote = JSON.parse(readFileSync(join(cloud.folder, 'remote.json'), 'utf8'));
    expect(remote).toMatchObject({ numbers: { restores: 3 } });
  });

  test('the API may read what was asked for, and no evidence; what makes reports may read neither', async () => {
    const bucket = `arn:aws:s3:::${new URL(await ledger.output('EvidenceLocation')).hostname}`;
    const may = (role: string, action: string, prefix: string) =>
      ledger.roleMay(role, `s3:${action}`, `${bucket}/Evident/${prefix}/x`);
    expect(await may('ApiHandlerRole', 'GetObject', 'requested')).toBe(true);
    expect(await may('ApiHandlerRole', 'GetObject', 'evidence')).toBe(false);
    expect(await may('ApiHandlerRole', 'PutObject', 'requested')).toBe(false);
    expect(await may('ReportsReportRole', 'PutObject', 'requested')).toBe(true);
    expect(await may('ReportsReportRole', 'GetObject', 'requested')).toBe(false);
    expect(await may('ReportsReportRole', 'PutObject', 'evidence')).toBe(false);
  });
});

test('a job that is rewritten in the table under a chain made anew passes verify, and is named against the anchor', async () => {
  const [jobId = ''] = allJobIds(atlas.world);
  const [{ id: projectId } = { id: '' }] = atlas.world.projects;
  await inTable(async (table) => {
    const stored = ((await table.get(jobKey(projectId, jobId))) ?? expect.unreachable()) as unknown as LedgerJob;
    const { previous: _, state: __, ...last } = stored.changes.at(-1) ?? expect.unreachable();
    const earlier = relinked({ ...stored, changes: stored.changes.slice(0, -1) });
    const forged = { ...stored, durationSeconds: 1, changes: earlier };
    const changes = [...earlier, chained(forged, last)];
    await table.update(jobKey(projectId, jobId), { set: { durationSeconds: 1, changes } }, {});
  });
  const { code, found } = await verifyAgainst();
  expect(code).toBe(9);
  expect(found).toMatchObject({
    ...{ result: 'broken', unbroken: true, breakCount: 0 },
    anchors: { differingCount: 1, differing: [{ jobId, what: 'rewritten', day: day() }] },
  });
});
