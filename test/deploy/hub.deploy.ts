// test/deploy/hub.deploy.ts: a spoke in one account and its hub in another. The steps build on each other.
//
// The emulator carries events from bus to bus (emulator.py, 8), without asking the policy of the hub's bus: test/lib/services/hub.test.ts
// holds that to what it should say.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { allJobIds, firstCluster } from './world.ts';

const SPOKE_ACCOUNT = '000000000000';
const HUB_ACCOUNT = '999999999999';
/** Expected, and never heard of. */
const MISSING_ACCOUNT = '222222222222';
const ORGANIZATION = 'o-a1b2c3d4e5';
let cloud: Cloud;
let atlas: AtlasSimulator;
let spoke: Deployment;
let hub: Deployment;
let runs = 0;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 2, clusters: 2, jobs: 12 });
  cloud = await startCloud();
  const hubCloud = cloud.inAccount(HUB_ACCOUNT);
  await hubCloud.cdk('bootstrap', `aws://${HUB_ACCOUNT}/${REGION}`);
  const spokeAccounts = `${SPOKE_ACCOUNT},${MISSING_ACCOUNT}`;
  hub = new Deployment(hubCloud, 'RestoreHub', { role: 'hub', organizationId: ORGANIZATION, spokeAccounts });
  await hub.deploy();
  await cloud.cdk('bootstrap', `aws://${SPOKE_ACCOUNT}/${REGION}`);
  const never = { schedule: 'cron(0 0 1 1 ? 2099)', followSeconds: '0' };
  const hubBusArn = await hub.output('EventBusArn');
  expect(hubBusArn).toContain(`:${HUB_ACCOUNT}:`);
  spoke = new Deployment(cloud, 'Spoke', { ...never, role: 'spoke', hubBusArn, atlasBaseUrl: atlas.url });
  await spoke.deploy();
  const file = join(cloud.folder, 'atlas-key.json');
  writeFileSync(file, JSON.stringify(atlas.apiKey));
  const secret = ['--secret-id', await spoke.output('SecretArn'), '--secret-string', `file://${file}`];
  await cloud.aws('secretsmanager', 'put-secret-value', ...secret);
});
afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

/** One run, from its plan to its end. */
async function collect() {
  const runId = Math.floor(Date.now() / 1_000).toString(16) + (++runs).toString().padStart(16, '0');
  await spoke.invoke('CollectionPlan', { trigger: 'request', runId });
  await eventually('the end of the run', async () =>
    (await spoke.runs()).some((run) => run.runId === runId && run.status !== 'running'),
  );
  await eventually('the end of the run in the hub', async () => (await hub.runs()).some((run) => run.runId === runId));
}

async function jobOf(ledger: Deployment, jobId: string): Promise<LedgerJob> {
  const { status, body } = await ledger.ask(`/restore-jobs/${jobId}`);
  expect([jobId, status]).toEqual([jobId, 200]);
  return body as unknown as LedgerJob;
}

interface Row {
  projectId: string;
  accountId?: string;
  organizationId?: string;
  gaps: { reason: string }[];
}
const coverage = async () => (await hub.ask('/coverage?limit=100')).body.coverage as Row[];
const hubReasons = async () =>
  (await coverage()).flatMap(({ gaps }) => gaps.map(({ reason }) => reason)).filter((each) => /hub|spoke/.test(each));

test('the bus of the hub lets in the accounts that are named, and of them what is ours', async () => {
  const { Policy } = await hub.cloud.aws<{ Policy: string }>('events', 'describe-event-bus', '--name', 'RestoreHub');
  const root = (account: string) => `arn:aws:iam::${account}:root`;
  expect(JSON.parse(Policy).Statement).toMatchObject([
    {
      Action: 'events:PutEvents',
      Principal: { AWS: [root(SPOKE_ACCOUNT), root(MISSING_ACCOUNT)] },
      Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, Null: { 'events:source': 'false' } },
    },
  ]);
});

test('all that the spoke recorded is in the hub, whole, and says whose it is', async () => {
  await collect();
  expect(await spoke.jobIds()).toEqual(allJobIds(atlas.world));
  await eventually('all jobs in the hub', async () => (await hub.jobIds()).length === (await spoke.jobIds()).length);
  expect(await hub.jobIds()).toEqual(await spoke.jobIds());
  for (const jobId of (await hub.jobIds()).slice(-2)) {
    const { accountId, organizationId, ...job } = await jobOf(hub, jobId);
    expect([accountId, organizationId]).toEqual([SPOKE_ACCOUNT, ORGANIZATION]);
    expect(job).toEqual(await jobOf(spoke, jobId));
  }
  await eventually('nothing is behind', async () => (await hubReasons()).length === 0 && (await coverage()).length > 0);
  for (const row of await coverage())
    expect(row).toMatchObject({ accountId: SPOKE_ACCOUNT, organizationId: ORGANIZATION });
  expect((await hub.ask(`/restore-jobs?accountId=${MISSING_ACCOUNT}`)).body.jobs).toEqual([]);
});

test('a restore is followed to its end: each revision once, in order, under the same chain', async () => {
  const job = atlas.world.startRestore({ ...firstCluster(atlas.world), durationMs: 15_000 });
  await collect();
  await new Promise((resolve) => setTimeout(resolve, job.requestedAt + job.durationMs + 1_000 - Date.now()));
  await collect();
  const there = await jobOf(spoke, job.id);
  expect(there.status).toBe('COMPLETED');
  const { changes } = await eventually('its end in the hub', async () => {
    const here = await jobOf(hub, job.id);
    return here.revision === there.revision && here;
  });
  expect(changes).toEqual(there.changes);
  expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, index) => index + 1));
  await eventually('nothing is behind', async () => (await hubReasons()).length === 0);
});

test('a record that comes again changes nothing', async () => {
  const { jobs } = (await hub.ask('/restore-jobs?status=COMPLETED&limit=2')).body as { jobs: LedgerJob[] };
  expect(jobs).toHaveLength(2);
  for (const { jobId, projectId } of jobs) {
    const item = await spoke.job(projectId, jobId);
    if (!item) expect.unreachable();
    // As if its stream began anew: the same item is published once more.
    const table = ['--table-name', await spoke.output('TableName')];
    await cloud.aws('dynamodb', 'put-item', ...table, '--item', JSON.stringify({ ...item, again: { S: 'x' } }));
    await cloud.aws('dynamodb', 'put-item', ...table, '--item', JSON.stringify(item));
  }
  await collect();
  await hub.idle();
  for (const { jobId } of jobs) {
    const there = await jobOf(spoke, jobId);
    await eventually('the same in the hub', async () => (await jobOf(hub, jobId)).revision === there.revision);
    const { accountId: _, organizationId: __, ...here } = await jobOf(hub, jobId);
    expect(here).toEqual(there);
  }
  expect(await hub.jobIds()).toEqual(await spoke.jobIds());
  expect(await hub.messages('DeadLetterQueueUrl')).toBe(0);
});

test('its check counts the days, and names the spoke that was never heard of; one that falls silent is a gap', async () => {
  await hub.invoke('HubWriter', { trigger: 'check' });
  const gauges = async () => (await hub.logLines('HubWriter')).filter((line) => 'SpokesSilent' in line);
  const last = async () => (await eventually('gauges', async () => (await gauges()).length > 0 && gauges())).at(-1);
  expect(await last()).toMatchObject({ SpokesSilent: 1, ProjectsBehind: 0 });
  const days = (await hub.items()).filter(({ sk }) => sk?.S?.startsWith('COUNTS#'));
  expect(days.length).toBeGreaterThan(0);
  const [ours, theirs] = await Promise.all([spoke.ask('/summary?period=30d'), hub.ask('/summary?period=30d')]);
  expect(theirs.body).toEqual(ours.body);

  // As if two days had passed.
  const ranAt = new Date(Date.now() - 2 * 86_400_000).toISOString();
  const name = `SPOKE#${SPOKE_ACCOUNT}/${REGION}/Spoke`;
  await hub.cloud.aws(
    ...(['dynamodb', 'update-item', '--table-name', await hub.output('TableName')] as const),
    ...['--key', JSON.stringify({ pk: { S: 'SCOPE' }, sk: { S: name } })],
    ...['--update-expression', 'SET ranAt = :at', '--condition-expression', 'attribute_exists(ranAt)'],
    ...['--expression-attribute-values', JSON.stringify({ ':at': { S: ranAt } })],
  );
  expect(new Set(await hubReasons())).toEqual(new Set(['spoke-silent']));
});

test.skip(
  "the hop between accounts is refused to whom the policy of the hub's bus does not name: MiniStack 1.5.33 carries events without asking it; test/lib/services/hub.test.ts pins the policy",
);
