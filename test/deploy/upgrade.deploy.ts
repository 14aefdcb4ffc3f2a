// test/deploy/upgrade.deploy.ts: a ledger of a former version, upgraded in place. The steps build on each other.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { checkOut, hasCommit, KEPT_TYPES, readFormer } from '../lib/upgrade/former.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { allJobIds, firstCluster } from './world.ts';

const { commit } = await readFormer();
const canUpgrade = await hasCommit(commit);
const step = test.runIf(canUpgrade);
if (!canUpgrade)
  test.skip(`an upgrade: this clone's history does not have ${commit}; test/lib/upgrade compares the templates`);

let cloud: Cloud;
let atlas: AtlasSimulator;
let ledger: Deployment;
/** As the former version left it. */
let before: Awaited<ReturnType<typeof state>>;
const PROOF = 'a message that nobody has handled yet';

beforeAll(async () => {
  if (!canUpgrade) return;
  atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 30 });
  cloud = await startCloud();
  ledger = new Deployment(cloud, 'Ledger', {
    schedule: 'cron(0 0 1 1 ? 2099)',
    atlasBaseUrl: atlas.url,
    followSeconds: '0',
    alarmEmail: 'ops@example.com',
    messageEmail: 'dba@example.com',
  });
});
afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

const collect = async (n: number) => {
  const runId = Math.floor(Date.now() / 1000).toString(16) + n.toString().padStart(16, '0');
  await ledger.invoke('CollectionPlan', { trigger: 'request', runId });
  await eventually('a complete run', async () =>
    (await ledger.runs()).some((run) => run.runId === runId && run.status === 'complete'),
  );
};

/** What is to be the same afterwards. */
async function state() {
  const resources = (await ledger.resources()).filter(({ ResourceType }) => KEPT_TYPES.has(ResourceType));
  const { Table } = await cloud.aws<{ Table: Record<string, unknown> }>(
    ...(['dynamodb', 'describe-table', '--table-name', await ledger.output('TableName')] as const),
  );
  const { TableArn, TableId, CreationDateTime, KeySchema, GlobalSecondaryIndexes, LatestStreamArn } = Table;
  const { SecretString } = await cloud.aws<{ SecretString: string }>(
    ...(['secretsmanager', 'get-secret-value', '--secret-id', await ledger.output('SecretArn')] as const),
  );
  const indexes = (GlobalSecondaryIndexes as { IndexName: string; KeySchema: unknown; Projection: unknown }[]).map(
    ({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }),
  );
  return {
    resources: new Map(resources.map(({ LogicalResourceId: id, PhysicalResourceId }) => [id, PhysicalResourceId])),
    table: { TableArn, TableId, CreationDateTime, KeySchema, LatestStreamArn, indexes },
    secret: SecretString,
    jobs: await ledger.jobIds(),
    runs: await ledger.runs(),
    deadLetters: await ledger.messages('DeadLetterQueueUrl'),
    log: await ledger.logText('CollectionCollect'),
  };
}

step('the former version is deployed and collects', async () => {
  const app = join(cloud.folder, 'former');
  await checkOut(commit, app);
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  await ledger.deploy('--app', `cd ${app} && node --import tsx bin/app.ts`);
  const secret = ['--secret-id', await ledger.output('SecretArn')];
  const file = join(cloud.folder, 'atlas-key.json');
  await writeFile(file, JSON.stringify(atlas.apiKey));
  await cloud.aws('secretsmanager', 'put-secret-value', ...secret, '--secret-string', `file://${file}`);
  await collect(1);
  const deadLetters = ['--queue-url', await ledger.output('DeadLetterQueueUrl')];
  await cloud.aws('sqs', 'send-message', ...deadLetters, '--message-body', PROOF);

  before = await state();
  expect(before.jobs).toEqual(allJobIds(atlas.world));
  expect(before.deadLetters).toBe(1);
  expect(before.log).toContain('project collected');
});

step('cdk deploy updates it in place: the same table, secret, bus, queues, topics, log groups and names', async () => {
  await ledger.deploy();
  expect((await ledger.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  const after = await state();
  expect(before.resources.size).toBeGreaterThan(20);
  for (const [id, physicalId] of before.resources) expect(after.resources.get(id), id).toBe(physicalId);
  expect(after.table).toEqual(before.table);
  expect(after.secret).toBe(before.secret);
});

step('what it held is there: jobs, runs, messages and logs', async () => {
  const after = await state();
  expect(after.jobs).toEqual(before.jobs);
  expect(after.runs).toEqual(expect.arrayContaining(before.runs));
  expect(after.deadLetters).toBe(1);
  for (const line of before.log.split('\n')) expect(after.log).toContain(line);
});

step('it goes on from there, with the credentials that it had', async () => {
  const cluster = firstCluster(atlas.world);
  const job = atlas.world.startRestore({ ...cluster, outcome: 'completed' });
  await collect(2);
  expect(await ledger.jobIds()).toEqual([...before.jobs, job.id].sort());
  const { status, body } = await ledger.ask('/restore-jobs?limit=1');
  expect({ status, jobs: body.jobs }).toMatchObject({ status: 200, jobs: [{ jobId: job.id }] });
});
