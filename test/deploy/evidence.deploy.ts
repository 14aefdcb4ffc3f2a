// test/deploy/evidence.deploy.ts: a deployed ledger with a bucket of evidence: its anchor lands there, and finds what was rewritten.
// That Object Lock is asked for, test/lib/services/evidence.test.ts holds the template to. The steps build on each other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { chained, relinked } from '../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { EXECUTABLE } from '../cli/command-line.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { mustRun, run } from './processes.ts';
import { allJobIds } from './world.ts';

let cloud: Cloud;
let atlas: AtlasSimulator;
let ledger: Deployment;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 3 });
  cloud = await startCloud();
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  const never = { schedule: 'cron(0 0 1 1 ? 2099)', followSeconds: '0' };
  ledger = new Deployment(cloud, 'Evident', { ...never, evidenceBucket: 'new', atlasBaseUrl: atlas.url });
  await ledger.deploy();
});
afterAll(async () => {
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

test('a job that is rewritten in the table under a chain made anew passes verify, and is named against the anchor', async () => {
  const [jobId = ''] = allJobIds(atlas.world);
  const [{ id: projectId } = { id: '' }] = atlas.world.projects;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: cloud.env.AWS_ENDPOINT_URL ?? '', region: REGION, credentials });
  try {
    const table = new DynamoTable(await ledger.output('TableName'), client);
    const stored = ((await table.get(jobKey(projectId, jobId))) ?? expect.unreachable()) as unknown as LedgerJob;
    const { previous: _, state: __, ...last } = stored.changes.at(-1) ?? expect.unreachable();
    const forged = {
      ...stored,
      durationSeconds: 1,
      changes: relinked({ ...stored, changes: stored.changes.slice(0, -1) }),
    };
    const changes = [...forged.changes, chained(forged, last)];
    await table.update(jobKey(projectId, jobId), { set: { durationSeconds: 1, changes } }, {});
  } finally {
    client.destroy();
  }
  const { code, found } = await verifyAgainst();
  expect(code).toBe(9);
  expect(found).toMatchObject({
    ...{ result: 'broken', unbroken: true, breakCount: 0 },
    anchors: { differingCount: 1, differing: [{ jobId, what: 'rewritten', day: day() }] },
  });
});
