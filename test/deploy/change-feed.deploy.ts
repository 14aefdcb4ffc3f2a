// test/deploy/change-feed.deploy.ts follows a change from the simulator to those who listen, also through failures. The
// steps build on each other. What each event looks like as it is delivered is printed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DETAIL_TYPES } from '../../functions/schema/words.ts';
import { kindsOf } from '../../local/atlas/model/cluster.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import type { Restore } from '../../local/atlas/world/restores.ts';
import { eventOf } from '../api/lambda/lambda-event.ts';
import { wrongs } from '../events/schemas.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { type DeliveredEvent, Subscriber } from './subscriber.ts';
import { allJobIds, firstCluster } from './world.ts';

const MINISTACK = 'MiniStack 1.5.33';
const NOTIFY = 'ChangeFeedNotify';
const DAY_MS = 86_400_000;
/** An event of a request may be missing for so long. */
const ATTRIBUTED_AFTER_MS = 32_000;
let cloud: Cloud;
let atlas: AtlasSimulator;
let ledger: Deployment;
let bus: Subscriber;
let topic: Subscriber;

beforeAll(async () => {
  const historyUntil = Date.now() - 3 * DAY_MS; // so that its restores are old news, and drills of a day overdue
  atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 12, canary: 'CANARY', historyUntil });
  cloud = await startCloud();
  await cloud.cdk('bootstrap', `aws://000000000000/${REGION}`);
  const never = { schedule: 'cron(0 0 1 1 ? 2099)', followSeconds: '0' };
  const settings = { ...never, atlasBaseUrl: atlas.url, drillDays: '1', messageWaitSeconds: '90' };
  ledger = new Deployment(cloud, 'Feed', settings);
  await ledger.deploy();
  bus = await Subscriber.toBus(cloud, await ledger.output('EventBusName'));
  topic = await Subscriber.toTopic(cloud, await ledger.output('MessageTopicArn'));
});
afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

let runs = 0;

/** One run, from its plan to its end. */
async function collect(projectId?: string, { full = false } = {}): Promise<string> {
  const runId = Math.floor(Date.now() / 1000).toString(16) + (++runs).toString().padStart(16, '0');
  await ledger.invoke('CollectionPlan', { trigger: 'request', runId, full, ...(projectId ? { projectId } : {}) });
  await eventually('the end of the run', async () =>
    (await ledger.runs()).some((run) => run.runId === runId && run.status !== 'running'),
  );
  return runId;
}

/** One that takes as long as a run needs to see it under way. */
const restore = (more: Partial<Restore> = {}) =>
  atlas.world.startRestore({ ...firstCluster(atlas.world), durationMs: 20_000, ...more });

const untilItEnds = ({ requestedAt, durationMs }: ReturnType<typeof restore>) =>
  new Promise((resolve) => setTimeout(resolve, requestedAt + durationMs + 1_000 - Date.now()));

const about = (events: readonly DeliveredEvent[], jobId: string) =>
  events.filter(({ detail }) => detail.id.startsWith(jobId));

/** Every revision of a job that the table has, and nothing else of it, once and in order. @returns its events */
async function publishedInFull({ projectId, id }: ReturnType<typeof restore>): Promise<DeliveredEvent[]> {
  const item = await ledger.job(projectId, id);
  const { changes } = item as unknown as { changes: { L: { M: { revision: { N: string } } }[] } };
  const recorded = changes.L.map(({ M }) => `${id}:${M.revision.N}`);
  return eventually(`events of ${recorded.length} revisions`, async () => {
    const events = about(await bus.events(), id);
    const published = events.filter((event) => event['detail-type'] === 'Restore Job State Change');
    if (published.length < recorded.length) return false;
    expect(published.map(({ detail }) => detail.id)).toEqual(recorded);
    expect(new Set(events.map(({ detail }) => detail.id)).size).toBe(events.length);
    return events;
  });
}

const ofType = async (type: string) => (await bus.events()).filter((event) => event['detail-type'] === type);

test('before the secret is filled in, a run that could read nothing is published', async () => {
  const runId = await collect();
  const [published] = await eventually('the event', async () => {
    const events = await ofType('Collector Run Incomplete');
    return events.length > 0 && events;
  });
  expect(published?.detail).toMatchObject({ id: `${runId}:finished`, severity: 'critical', run: { status: 'failed' } });
});

test('a first collection publishes drills and its end, and no restore that ended long ago', async () => {
  const file = join(cloud.folder, 'atlas-key.json');
  writeFileSync(file, JSON.stringify(atlas.apiKey));
  const secret = ['--secret-id', await ledger.output('SecretArn'), '--secret-string', `file://${file}`];
  await cloud.aws('secretsmanager', 'put-secret-value', ...secret);
  const runId = await collect();
  await eventually('the end of the run', async () =>
    (await ofType('Collector Run Completed')).some(({ detail }) => detail.id === `${runId}:finished`),
  );
  await eventually('the drills of both projects', async () => (await ofType('Restore Drill Overdue')).length === 2);

  expect(await ledger.jobIds()).toEqual(allJobIds(atlas.world));
  expect(await ofType('Restore Job State Change')).toEqual([]);
  expect(await ofType('Restore Finding')).toEqual([]);
});

test('a restore is published from its start to its end: each change once, in order, and what was found', async () => {
  const [here, there] = atlas.world.projects;
  const job = restore({ actor: 'ada', targetProjectId: there?.id ?? '', outcome: 'failed' });
  expect(job.projectId).toBe(here?.id);
  await collect(job.projectId);
  await untilItEnds(job);
  await collect(job.projectId);

  const events = await publishedInFull(job);
  const changes = events.filter((event) => event['detail-type'] === 'Restore Job State Change');
  expect(changes.length).toBeGreaterThanOrEqual(2);
  expect(changes[0]?.detail).not.toHaveProperty('oldStatus');
  expect(changes.at(-1)?.detail).toMatchObject({
    newStatus: 'FAILED',
    job: { jobId: job.id, projectId: job.projectId },
  });
  const found = events.filter((event) => event['detail-type'] === 'Restore Finding');
  const rules = found.map(({ detail }) => (detail.finding as { rule: string }).rule);
  expect(rules).toEqual(expect.arrayContaining(['cross-project', 'failed']));
});

const toldOf = async (jobId: string) => (await topic.messages()).filter(({ Message }) => Message.includes(jobId));

test('people read what was found, who requested it and where the data goes, as plain text and once', async () => {
  const [here, there] = atlas.world.projects;
  const job = restore({ actor: 'ada', targetProjectId: there?.id ?? '' });
  await collect(job.projectId);
  expect(await toldOf(job.id)).toEqual([]); // too early to say who it was
  await new Promise((resolve) => setTimeout(resolve, job.requestedAt + ATTRIBUTED_AFTER_MS - Date.now()));
  await collect(job.projectId);
  const [told, ...more] = await eventually('the message', async () => {
    const messages = await toldOf(job.id);
    return messages.length > 0 && messages;
  });
  expect(more).toEqual([]);
  expect(told?.Subject).toMatch(/^\[warning\] [ -~]+: cross-project$/);
  const lines = told?.Message.split('\n') ?? [];
  expect(lines).toContainEqual(expect.stringMatching(/^Requested by ada\S* \((exact|strong)\)\.$/));
  expect(lines).toContain(`From: ${here?.name}/${job.clusterName} (project ${here?.id})`);
  expect(lines).toContainEqual(expect.stringMatching(`^To: ${there?.name}/.+ \\(project ${there?.id}\\)$`));
  expect(lines.at(-1)).toBe(`${await ledger.output('ApiUrl')}/jobs/${job.id}`);
});

test('of warnings and worse all is told, and nothing else', async () => {
  const events = await bus.events();
  const wanted = events.filter(({ detail }) => detail.severity !== 'info' && !detail.firstReading);
  const subjects = wanted.map(({ detail }) => (detail.job as { jobId: string } | undefined)?.jobId ?? detail.message);
  await eventually('a message about each', async () => {
    const texts = (await topic.messages()).map(({ Message }) => Message);
    return subjects.every((subject) => texts.some((text) => text.includes(subject)));
  });
  const messages = await topic.messages();
  // Drills that were overdue before anybody looked are in the message of the first run alone.
  expect(events.filter(({ detail }) => detail.firstReading)).toHaveLength(2);
  expect(messages.filter(({ Message }) => Message.includes('overdue'))).toEqual([
    expect.objectContaining({ Message: expect.stringContaining('6 clusters overdue for a restore drill') }),
  ]);
  for (const { Subject, Message } of messages) {
    expect(Message).not.toMatch(/\\[nu]|^"|CANARY/);
    expect(Subject).toMatch(/^\[(warning|critical)\] [ -~]+$/);
  }
  expect(new Set(messages.map(({ Message }) => Message)).size).toBe(messages.length);
  console.log(`messages as they were delivered:\n${messages.map(({ Message }) => Message).join('\n\n')}`);
});

/** Takes something away from the notify function until what is returned is called. */
async function withoutPermission(action: string): Promise<() => Promise<void>> {
  const role = await ledger.physicalId('AWS::IAM::Role', NOTIFY);
  const { PolicyNames } = await cloud.aws<{ PolicyNames: string[] }>(
    'iam',
    'list-role-policies',
    ...['--role-name', role],
  );
  const which = ['--role-name', role, '--policy-name', PolicyNames[0] ?? ''];
  type Policy = { Version: string; Statement: { Action: string | string[] }[] };
  const { PolicyDocument } = await cloud.aws<{ PolicyDocument: Policy }>('iam', 'get-role-policy', ...which);
  const put = async (policy: Policy) => {
    await cloud.aws('iam', 'put-role-policy', ...which, '--policy-document', JSON.stringify(policy));
  };
  const rest = PolicyDocument.Statement.filter(({ Action }) => ![Action].flat().includes(action));
  expect(rest).toHaveLength(PolicyDocument.Statement.length - 1);
  await put({ ...PolicyDocument, Statement: rest });
  return () => put(PolicyDocument);
}

async function withoutEnvironment(): Promise<() => Promise<void>> {
  const name = await ledger.functionName(NOTIFY);
  const which = ['--function-name', name];
  const { Environment } = await cloud.aws<{ Environment: { Variables: Record<string, string> } }>(
    'lambda',
    'get-function-configuration',
    ...which,
  );
  const put = async (environment: object) => {
    await cloud.aws(
      'lambda',
      'update-function-configuration',
      ...which,
      ...['--environment', JSON.stringify(environment)],
    );
  };
  const { EVENT_BUS_NAME: _, ...Variables } = Environment.Variables;
  await put({ Variables });
  return () => put(Environment);
}

test('while the bus refuses the notify function, changes wait; then all of them are published, once and in order', async () => {
  const before = (await bus.events()).length;
  const mend = await withoutPermission('events:PutEvents');
  const jobs = [restore({ actor: 'bo' }), restore({ actor: 'ada', outcome: 'failed' })];
  await collect(jobs[0]?.projectId);
  await eventually('a refusal', async () =>
    (await ledger.logLines(NOTIFY)).some(({ message }) => message === 'the bus did not take any event'),
  );
  for (const job of jobs) await untilItEnds(job);
  await collect(jobs[0]?.projectId);
  expect(await bus.events()).toHaveLength(before);

  await mend();
  for (const job of jobs) expect((await publishedInFull(job)).length).toBeGreaterThanOrEqual(2);
  const failed = (await ledger.logLines(NOTIFY)).filter((line) => '_aws' in line && Number(line.EventsFailed) > 0);
  expect(failed.length).toBeGreaterThan(0);
  expect(await ledger.messages('UnpublishedQueueUrl')).toBe(0);
});

test('what stays unpublished for too long is named in a queue, and can be published by the commands of the runbook', async () => {
  const mapping = await ledger.physicalId('AWS::Lambda::EventSourceMapping', 'ChangeFeedChanges');
  const age = (seconds: string) =>
    cloud.aws(
      'lambda',
      'update-event-source-mapping',
      ...['--uuid', mapping, '--maximum-record-age-in-seconds', seconds],
    );
  await age('60'); // AWS's least, for the 12 hours of the stack
  const mend = await withoutEnvironment();
  const job = restore({ actor: 'bo' });
  await collect(job.projectId);
  await eventually('the failure', async () => (await ledger.messages('UnpublishedQueueUrl')) > 0);
  await mend();
  await age('43200');
  expect(about(await bus.events(), job.id)).toEqual([]);

  await eventually('everything published', async () => {
    await retell();
    return (await ledger.messages('UnpublishedQueueUrl')) === 0;
  });
  await publishedInFull(job);
  await untilItEnds(job);
  await collect(job.projectId); // and all goes on as before
  await publishedInFull(job);
});

/** As docs/operations.md says, under changes-unpublished. */
async function retell() {
  const queue = ['--queue-url', await ledger.output('UnpublishedQueueUrl')];
  type Received = { Messages?: { Body: string; ReceiptHandle: string }[] } | undefined;
  const [message] = (await cloud.aws<Received>('sqs', 'receive-message', ...queue))?.Messages ?? [];
  if (!message) return;
  const { streamArn, shardId, startSequenceNumber } = JSON.parse(message.Body).DDBStreamBatchInfo;
  const { ShardIterator } = await cloud.aws<{ ShardIterator: string }>(
    'dynamodbstreams',
    'get-shard-iterator',
    ...['--stream-arn', streamArn, '--shard-id', shardId],
    ...['--shard-iterator-type', 'AT_SEQUENCE_NUMBER', '--sequence-number', startSequenceNumber],
  );
  const records = await cloud.aws('dynamodbstreams', 'get-records', '--shard-iterator', ShardIterator);
  expect(await ledger.invoke(NOTIFY, records)).toEqual({ batchItemFailures: [] });
  await cloud.aws('sqs', 'delete-message', ...queue, '--receipt-handle', message.ReceiptHandle);
}

test('a project that Atlas no longer shows is published once, and so is its return', async () => {
  const [, lost] = atlas.world.projects;
  if (!lost) throw new Error('there are two');
  const show = atlas.world.hideProject(lost.id);
  await collect();
  await collect();
  show();
  await collect();
  await eventually('both events', async () => (await ofType('Project Not Visible')).length === 2);
  const published = (await ofType('Project Not Visible')).map(({ detail }) => [detail.projectId, detail.state]);
  expect(published).toEqual([
    [lost.id, 'lost'],
    [lost.id, 'over'],
  ]);
});

/** MiniStack tells the function no caller, as API Gateway does. */
async function announce(about: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const event = eventOf('/expected-restores', { method: 'POST', headers, body: JSON.stringify(about) });
  const authorizer = { iam: { userArn: 'arn:aws:iam::000000000000:user/ada' } };
  const answer = await ledger.invoke('Api', { ...event, requestContext: { ...event.requestContext, authorizer } });
  const { statusCode, body } = answer as { statusCode: number; body: string };
  expect([statusCode, body]).toEqual([201, expect.stringContaining('"state":"expected"')]);
  return JSON.parse(body).expectedRestoreId;
}

test('an announced restore that did not come is published and told once, when its cluster was read after its time', async () => {
  // Of the first project, restores still wait for their requesters, who may be the announced ones.
  const projectId = atlas.world.projects[1]?.id ?? '';
  const clusterName = atlas.world.clusters(projectId).find(({ tier }) => kindsOf(tier).includes('dedicated'))?.name;
  const until = Math.ceil(Date.now() / 1000) * 1000 + 30_000;
  const id = await announce({ projectId, clusterName, until: new Date(until).toISOString(), ticket: 'OPS-7' });
  await new Promise((resolve) => setTimeout(resolve, until + 5_000 - Date.now()));
  await collect(projectId, { full: true });
  const [published] = await eventually('the event', async () => {
    const events = await ofType('Expected Restore Missed');
    return events.length > 0 && events;
  });
  expect(published?.detail).toMatchObject({
    id: `${id}:missed`,
    expectedRestore: { expectedRestoreId: id, state: 'missed', clusterName, ticket: 'OPS-7' },
  });
  await collect(projectId, { full: true });
  expect(await ofType('Expected Restore Missed')).toHaveLength(1);
  const told = await eventually('the message', async () => {
    const messages = (await topic.messages()).filter(({ Message }) => Message.includes('did not come'));
    return messages.length > 0 && messages;
  });
  expect(told.map(({ Message }) => Message)).toEqual([expect.stringContaining('ticket OPS-7')]);
});

test('an event of each type came, as its schema says, and none with a URL that hands out data', async () => {
  const events = await bus.events();
  for (const event of events) expect(wrongs(event)).toEqual([]);
  expect(JSON.stringify(events)).not.toContain('CANARY');
  for (const type of DETAIL_TYPES) {
    const last = events.findLast((event) => event['detail-type'] === type);
    expect(last, type).toBeDefined();
    console.log(`as delivered: ${JSON.stringify(last, undefined, 2)}`);
  }
});

test('notify may read the stream, put events on this bus and name what failed; and nothing else', async () => {
  const busArn = `arn:aws:events:${REGION}:000000000000:event-bus/${await ledger.output('EventBusName')}`;
  const table = await ledger.tableArn();
  const may = (action: string, resource: string) => ledger.roleMay(NOTIFY, action, resource);
  expect(await may('events:PutEvents', busArn)).toBe(true);
  expect(await may('events:PutEvents', busArn.replace(/\/.*/, '/default'))).toBe(false);
  expect(await may('events:PutRule', busArn)).toBe(false);
  expect(await may('dynamodb:GetRecords', `${table}/stream/2026-11-23T00:00:00.000`)).toBe(false);
  expect(await may('dynamodb:GetItem', table)).toBe(false);
  expect(await may('secretsmanager:GetSecretValue', await ledger.output('SecretArn'))).toBe(false);
});

test('message may publish to its topic and read jobs; and nothing else', async () => {
  const messages = await ledger.output('MessageTopicArn');
  const may = (action: string, resource: string) => ledger.roleMay('MessagesMessage', action, resource);
  expect(await may('sns:Publish', messages)).toBe(true);
  expect(await may('sns:Publish', `${messages}-other`)).toBe(false);
  expect(await may('dynamodb:GetItem', await ledger.tableArn())).toBe(true);
  expect(await may('dynamodb:UpdateItem', await ledger.tableArn())).toBe(false);
  expect(await may('secretsmanager:GetSecretValue', await ledger.output('SecretArn'))).toBe(false);
});

test.skip(`a batch that fails as a whole is halved, and given up after 100 tries: ${MINISTACK} does neither`);
test.skip(`a message that its topic refuses is kept in a queue: ${MINISTACK} delivers no dead letters of rules`);
test.skip(`the age of changes rings: ${MINISTACK} has no IteratorAge`);
