// test/deploy/ledger.deploy.ts: the real app deployed and driven from outside. The steps build on each other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { EVERY_OPTION } from './every-option.ts';
import { mustRun } from './processes.ts';
import { allJobIds, firstCluster } from './world.ts';

const MINISTACK = 'MiniStack 1.5.33';
let cloud: Cloud;
let atlas: AtlasSimulator;
let ledger: Deployment;

beforeAll(async () => {
  atlas = await startAtlas({ projects: 3, clusters: 4, jobs: 40, deletedClusters: 1, canary: 'CANARY' });
  cloud = await startCloud();
  ledger = new Deployment(cloud, 'Ledger', { schedule: 'rate(1 minute)', atlasBaseUrl: atlas.url, followSeconds: '0' });
});
afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

/** The command that the stack's output says, with the key that the simulator takes. */
async function fillInSecret() {
  writeFileSync(join(cloud.folder, 'atlas-key.json'), JSON.stringify(atlas.apiKey));
  const command = await ledger.output('FillInSecret');
  const PATH = `${cloud.bin}:${cloud.env.PATH}`;
  await mustRun('bash', ['-c', command], { env: { ...cloud.env, PATH }, cwd: cloud.folder });
}

const run = (runId: string, projectId: string) => ({ trigger: 'request', runId, projectId });
const runId = (n: number) => Math.floor(Date.now() / 1000).toString(16) + n.toString().padStart(16, '0');

test('cdk bootstrap and cdk deploy, with no AWS account in sight', async () => {
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  await ledger.deploy();
  expect((await ledger.stack()).StackStatus).toBe('CREATE_COMPLETE');
  const table = await ledger.output('TableName');
  const { Table } = await cloud.aws<{ Table: Record<string, unknown> }>(
    'dynamodb',
    'describe-table',
    '--table-name',
    table,
  );
  expect(Table).toMatchObject({
    DeletionProtectionEnabled: true,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  });
});
test.skip(
  `time to live and point-in-time recovery are on: ${MINISTACK} drops both; test/lib/data/table.test.ts pins the template`,
);

test('until the secret is filled in, a scheduled run says so in one line and in the metric of an alarm', async () => {
  const refused = await eventually('a run without credentials', async () =>
    (await ledger.logLines('CollectionPlan')).find(({ code }) => code === 'ATLAS_CREDENTIALS'),
  );
  expect(refused.reason).toMatch(/has not been filled in yet/);
  expect(await ledger.logText('CollectionPlan')).not.toMatch(/\n\s+at /); // no stack trace
  const checks = await ledger.physicalId('AWS::Scheduler::Schedule', 'MonitoringChecks');
  const { Target } = await cloud.aws<{ Target: { Input: string } }>('scheduler', 'get-schedule', '--name', checks);
  expect(await ledger.invoke('CollectionPlan', JSON.parse(Target.Input))).toMatchObject({ CredentialsRefused: 1 });
  const metric = await eventually('the metric of a check', async () =>
    (await ledger.logLines('CollectionPlan')).find(({ CredentialsRefused }) => CredentialsRefused === 1),
  );
  expect(metric).toMatchObject({ Ledger: 'Ledger', _aws: expect.anything() });
  const { MetricAlarms } = await cloud.aws<{ MetricAlarms: unknown[] }>(
    'cloudwatch',
    'describe-alarms',
    '--alarm-names',
    'Ledger-CredentialsRefused',
  );
  expect(MetricAlarms).toMatchObject([
    {
      MetricName: 'CredentialsRefused',
      Namespace: 'AtlasRestoreLedger',
      Dimensions: [{ Name: 'Ledger', Value: 'Ledger' }],
    },
  ]);
});

test('with the secret filled in by the command of the output, a collection arrives by itself', async () => {
  await fillInSecret();
  const done = await eventually('a complete scheduled run', async () =>
    (await ledger.runs()).find(({ trigger, status }) => trigger === 'schedule' && status === 'complete'),
  );
  expect(done.trigger).toBe('schedule');
});

test("the table holds exactly the simulator's jobs, and only runs and notes of messages expire", async () => {
  const items = await ledger.items();
  expect(await ledger.jobIds()).toEqual(allJobIds(atlas.world));
  for (const { pk, ttl } of items) expect(ttl !== undefined, pk?.S).toBe(/^(RUN|MESSAGE)#/.test(pk?.S ?? ''));
  expect(
    JSON.stringify(await cloud.aws('dynamodb', 'scan', '--table-name', await ledger.output('TableName'))),
  ).not.toContain('CANARY');
});

test('GET /restore-jobs answers over HTTP: to signed requests, and to no others', async () => {
  const newest = await ledger.ask('/restore-jobs?limit=7');
  expect(newest.status).toBe(200);
  expect((newest.body.jobs as { jobId: string }[]).map(({ jobId }) => jobId)).toEqual(
    allJobIds(atlas.world).reverse().slice(0, 7),
  );
  const failed = await ledger.ask('/restore-jobs?status=FAILED&limit=200');
  expect(new Set((failed.body.jobs as { status: string }[]).map(({ status }) => status))).toEqual(new Set(['FAILED']));
  expect(await ledger.ask('/restore-jobs?kind=unheard')).toMatchObject({
    status: 400,
    type: 'application/problem+json',
    body: { status: 400 },
  });
  expect(await ledger.ask('/restore-jobs', { signed: false })).toMatchObject({ status: 403 });
});

test('GET /health answers: asked of the function itself', async () => {
  const requestContext = {
    http: { method: 'GET', path: '/health', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
  };
  const event = {
    version: '2.0',
    routeKey: 'GET /{proxy+}',
    rawPath: '/health',
    rawQueryString: '',
    headers: {},
    requestContext,
    isBase64Encoded: false,
  };
  expect(await ledger.invoke('ApiHandler', event)).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
});
test.skip(`GET /health through the gateway: ${MINISTACK} answers that path itself, on every host`);

test('a message on the queue is consumed: one project is collected, at once', async () => {
  await ledger.pauseSchedule(); // so that nobody else can have read the new job
  const cluster = firstCluster(atlas.world);
  const job = atlas.world.startRestore({ ...cluster, outcome: 'completed' });
  const id = runId(1);
  await ledger.invoke('CollectionPlan', run(id, cluster.projectId));
  const stored = await eventually('the new job', () => ledger.job(cluster.projectId, job.id));
  expect(JSON.stringify(stored)).toContain(id);
  await ledger.idle();
});

test('POST /runs starts a run, by the same signature', async () => {
  const { status, body } = await ledger.ask('/runs', { method: 'POST' });
  expect(status).toBe(202);
  const id = String(body.runId);
  await eventually('the run', async () =>
    (await ledger.runs()).some((each) => each.runId === id && each.status === 'complete'),
  );
  expect(await ledger.ask('/runs', { method: 'POST', signed: false })).toMatchObject({ status: 403 });
});

test('rotating the key needs no redeployment: the functions read the secret again', async () => {
  atlas.rotateCredentials();
  const cluster = firstCluster(atlas.world);
  const refusedRun = runId(2);
  await ledger.invoke('CollectionPlan', run(refusedRun, cluster.projectId));
  expect((await ledger.runs()).find((each) => each.runId === refusedRun)).toMatchObject({ status: 'failed' });

  await fillInSecret();
  const job = atlas.world.startRestore(cluster);
  await ledger.invoke('CollectionPlan', run(runId(3), cluster.projectId));
  await eventually('the job after the rotation', () => ledger.job(cluster.projectId, job.id));
  await ledger.idle();
});

const poison = runId(4);

async function tryAgainAfter(seconds: number) {
  const queue = await ledger.output('QueueUrl');
  await cloud.aws('sqs', 'set-queue-attributes', '--queue-url', queue, '--attributes', `VisibilityTimeout=${seconds}`);
}
/** As deployed: six times as long as the function may run. */
const AS_DEPLOYED_SECONDS = 12 * 60;

test('a poisoned message lands in the dead-letter queue after three tries', async () => {
  await tryAgainAfter(1);
  const { projectId } = firstCluster(atlas.world);
  await ledger.send(
    JSON.stringify({ runId: poison, projectId, projectName: 'of a run that was never started', accounts: [] }),
  );
  await eventually('the dead letter', async () => (await ledger.messages('DeadLetterQueueUrl')) === 1);
  await ledger.idle();
  const tries = (await ledger.logLines('CollectionCollect')).filter(({ message }) => message === 'task failed');
  expect(tries).toHaveLength(3);
  // A message that takes longer than that comes twice.
  await tryAgainAfter(AS_DEPLOYED_SECONDS);
});

test('once its cause is mended, a redrive brings it home', async (context) => {
  const { projectId } = firstCluster(atlas.world);
  await ledger.invoke('CollectionPlan', run(poison, projectId)); // now there is such a run
  await eventually('the run', async () =>
    (await ledger.runs()).some(({ runId: id, status }) => id === poison && status === 'complete'),
  );

  const [, ...redrive] = (await ledger.output('Redrive')).split(' ');
  const byCommand = await cloud.tryAws(...redrive);
  if (byCommand.code !== 0) await ledger.redriveByHand();
  await eventually('the dead-letter queue is empty', async () => (await ledger.messages('DeadLetterQueueUrl')) === 0);
  await ledger.idle();
  const collected = (await ledger.logLines('CollectionCollect')).filter(
    ({ message, runId: id }) => message === 'project collected' && id === poison,
  );
  expect(collected).toHaveLength(2); // the run's own order, and the one that was dead
  await context.annotate(byCommand.code === 0 ? 'by the command' : `by hand: ${MINISTACK} has no StartMessageMoveTask`);
});
test.skip(`redrive by start-message-move-task: ${MINISTACK} does not have it; the same message was moved by hand`);

test('each role may do its work and nothing more', async () => {
  const table = await ledger.tableArn();
  const secret = await ledger.output('SecretArn');
  const allowed = (role: string, action: string, resource: string) => ledger.roleMay(role, action, resource);
  expect(await allowed('ApiHandlerRole', 'dynamodb:Query', table)).toBe(true);
  expect(await allowed('ApiHandlerRole', 'dynamodb:DeleteItem', table)).toBe(false);
  expect(await allowed('ApiHandlerRole', 'secretsmanager:GetSecretValue', secret)).toBe(false);
  expect(await allowed('CollectionCollectRole', 'secretsmanager:GetSecretValue', secret)).toBe(true);
  const otherSecret = secret.replace(/:secret:.*/, ':secret:other-AbCdEf');
  expect(await allowed('CollectionCollectRole', 'secretsmanager:GetSecretValue', otherSecret)).toBe(false);
  expect(await allowed('CollectionCollectRole', 'dynamodb:DeleteItem', table)).toBe(false);
  expect(await allowed('CollectionCollectRole', 'dynamodb:Scan', table)).toBe(false);
  expect(await allowed('CollectionScheduleRole', 'dynamodb:Query', table)).toBe(false);
});

test('whoever has the policy of the API can write a run, and no job', async () => {
  const credentials = await ledger.userWithPolicyOf('ApiHandlerRole');
  const put = async (pk: string) => {
    const item = JSON.stringify({ pk: { S: pk }, sk: { S: 'TEST' } });
    const table = await ledger.output('TableName');
    return cloud.tryAsUser(credentials, 'dynamodb', 'put-item', '--table-name', table, '--item', item);
  };
  expect(await put('RUN#6b04b0c78e6b6596ddd38323')).toMatchObject({ code: 0 });
  expect((await put('PROJECT#620a2e60145026559559a757')).output).toContain('AccessDenied');
});

test('a second cdk deploy changes nothing', async () => {
  const before = [await ledger.stack(), await ledger.resources()];
  expect(await ledger.deploy()).toContain('no changes');
  expect([await ledger.stack(), await ledger.resources()]).toEqual(before);
});

// Its network is deployed in network.deploy.ts.
test('with every option turned on it synthesizes, and deploys but for its network', async () => {
  const secretNames = ['atlas/one', 'atlas/two'];
  const values = [JSON.stringify(atlas.apiKey), '{}'];
  for (const [index, name] of secretNames.entries()) {
    await cloud.aws('secretsmanager', 'create-secret', '--name', name, '--secret-string', values[index] ?? '');
  }
  const [alarms, messages] = await Promise.all(
    ['alarms', 'messages'].map((name) => cloud.aws<{ TopicArn: string }>('sns', 'create-topic', '--name', name)),
  );
  const boundary = await cloud.aws<{ Policy: { Arn: string } }>(
    'iam',
    'create-policy',
    '--policy-name',
    'boundary',
    '--policy-document',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  );
  const options = {
    ...EVERY_OPTION,
    secrets: secretNames.join(','),
    alarmTopic: alarms?.TopicArn ?? '',
    messageTopic: messages?.TopicArn ?? '',
    permissionsBoundary: boundary.Policy.Arn,
    atlasBaseUrl: atlas.url,
  };
  const settings = Object.entries({ ...options, stackName: 'Everything' }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  expect(await cloud.cdk('synth', ...settings)).toContain('AWS::EC2::NatGateway');

  const everything = new Deployment(cloud, 'Everything', { ...options, fixedAddresses: '0', lakeBucket: '' });
  await everything.deploy();
  expect((await everything.stack()).StackStatus).toBe('CREATE_COMPLETE');
  expect(await everything.ask('/restore-jobs', { signed: false })).toMatchObject({ status: 401 }); // a token is asked for
  const types = (await everything.resources()).map(({ ResourceType }) => ResourceType);
  for (const type of [
    'AWS::KMS::Key',
    'AWS::SNS::Topic',
    'AWS::SNS::Subscription',
    'AWS::Events::EventBus',
    'AWS::ApiGatewayV2::Authorizer',
  ]) {
    expect(types).toContain(type);
  }
  expect(types).not.toContain('AWS::SecretsManager::Secret');
  // One secret opens Atlas and one doesn't: the run names the one.
  expect(await everything.invoke('CollectionPlan', { trigger: 'request', runId: runId(5) })).toMatchObject({
    // Its patterns fit none of the simulator's projects.
    failures: [{ code: 'NO_PROJECTS_CHOSEN' }, { what: 'projects of atlas/two', code: 'ATLAS_CREDENTIALS' }],
  });
  await everything.destroy();
});
test.skip(`a lake is deployed, filled and asked: ${MINISTACK} has no AWS::Athena::NamedQuery`);
test('cdk destroy keeps the table with everything in it, and the secret', async () => {
  const table = await ledger.output('TableName');
  const secret = await ledger.output('SecretArn');
  const before = await ledger.jobIds(table);
  await ledger.destroy();
  expect((await cloud.tryAws('cloudformation', 'describe-stacks', '--stack-name', 'Ledger')).code).not.toBe(0);
  expect(await ledger.jobIds(table)).toEqual(before);
  await cloud.aws('secretsmanager', 'describe-secret', '--secret-id', secret);
});

test.skip(
  `metrics become CloudWatch metrics and alarms ring by them: ${MINISTACK} keeps embedded metrics as log lines`,
);
