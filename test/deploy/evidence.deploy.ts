// test/deploy/evidence.deploy.ts: a deployed ledger with a bucket of evidence: its anchor lands there, and finds what was rewritten.
// That Object Lock is asked for, test/lib/services/evidence.test.ts holds the template to.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';

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

test('the anchor of the day lands in the bucket, once', async () => {
  expect(await ledger.invoke('Evidence', {})).toMatchObject({ state: 'taken' });
  const anchor = `Evident/evidence/anchors/${day()}/0001.dsse.json`;
  const there = await keys();
  expect(there).toContain(anchor);
  expect(await ledger.invoke('Evidence', {})).toMatchObject({ state: 'there' });
  expect(await keys()).toEqual(there);
});
test.skip('a file under Object Lock is not deleted: S3 refuses that, and no emulator is taken at its word');
