// The two Lambda handlers as they are, with the events that AWS sends: real DynamoDB API, real Atlas simulator. Secrets Manager
// and SQS are a server that speaks their protocol, since nothing real of them runs on Node alone; test/deploy has them too.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TaskQueue } from '../../functions/collector/task/queue.ts';
import type { CollectTask } from '../../functions/collector/task/task.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { listen } from '../../local/listen.ts';
import { grants } from '../lib/grants.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const context = { getRemainingTimeInMillis: () => 120_000 } as Context;

/** Less than the minute of skew that is warned of. */
const AHEAD_MS = 30_000;
let atlasAheadMs = 0;
let atlas: AtlasSimulator;
let dynamodb: LocalDynamoDB;
let aws: Server;
let ledger: Ledger;
const sent: CollectTask[] = [];
let refuse = false;
let queueUrl = '';
const lines: string[] = [];

beforeAll(async () => {
  atlas = await startAtlas({
    projects: 12,
    clusters: 1,
    jobs: 4,
    clock: { ...systemClock, now: () => Date.now() + atlasAheadMs },
  });
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'ledger');
  ledger = tableLedger({ tableName: 'ledger', client });
  aws = createServer(async (request, response): Promise<void> => {
    const target = String(request.headers['x-amz-target']);
    if (target.startsWith('DynamoDB')) return ofTable(request, response);
    const body = (await json(request)) as { Entries?: { Id: string; MessageBody: string }[]; MessageBody?: string };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (target.endsWith('GetSecretValue'))
      return void response.end(JSON.stringify({ SecretString: JSON.stringify(atlas.apiKey) }));
    const entries = body.Entries ?? [{ Id: '0', MessageBody: body.MessageBody ?? '' }];
    expect(entries.length).toBeLessThanOrEqual(10);
    if (!refuse) sent.push(...entries.map(({ MessageBody }) => JSON.parse(MessageBody) as CollectTask));
    const results = entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: md5(MessageBody),
      Code: 'InternalError',
      SenderFault: false,
    }));
    if (!body.Entries)
      return void response.end(JSON.stringify({ MessageId: '0', MD5OfMessageBody: results[0]?.MD5OfMessageBody }));
    response.end(JSON.stringify(refuse ? { Successful: [], Failed: results } : { Successful: results, Failed: [] }));
  });
  const endpoint = await listen(aws);
  queueUrl = `${endpoint}/000000000000/tasks`;
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL: endpoint,
    TABLE_NAME: 'ledger',
    ATLAS_SECRET_ID: 'atlas/key',
    COLLECT_QUEUE_URL: queueUrl,
    MONGODB_ATLAS_BASE_URL: atlas.url,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  }
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await atlas.close();
  await dynamodb.close();
  await new Promise((resolve) => aws.close(resolve));
});

/** What the stack grants the role that has signed a request: its name is the id of the key. */
const granted = grants();
const refused: string[] = [];

/** The table, for whoever may do this to it. */
async function ofTable(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const role = /Credential=(\w+)\//.exec(String(request.headers.authorization))?.[1] ?? 'nobody';
  const action = String(request.headers['x-amz-target']).split('.').at(-1);
  const { IndexName } = JSON.parse(body.toString()) as { IndexName?: string };
  const grant = `dynamodb:${action} on LedgerTable${IndexName === undefined ? '' : `/index/${IndexName}`}`;
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  if (!granted[role]?.includes(grant)) {
    refused.push(`${role}: ${grant}`);
    response.statusCode = 400;
    return void response.end(JSON.stringify({ __type: 'AccessDeniedException', message: `${role}: ${grant}` }));
  }
  const { host, 'content-length': length, connection, ...headers } = request.headers as Record<string, string>;
  const answer = await fetch(dynamodb.endpoint, { method: 'POST', headers, body });
  response.statusCode = answer.status;
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** The functions under the roles that the stack gives them. */
async function functions() {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'CollectionPlanRole');
  const { handler: plan } = await import('../../functions/handlers/plan.ts');
  const { handler: collect } = await import('../../functions/handlers/collect.ts');
  return {
    plan(event: unknown) {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'CollectionPlanRole');
      return plan(event, context);
    },
    collect(bodies: string[]) {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'CollectionCollectRole');
      return collect(records(bodies), context);
    },
  };
}

const records = (bodies: string[]) =>
  ({ Records: bodies.map((body, index) => ({ messageId: `message-${index}`, body })) }) as SQSEvent;

test('a scheduled event becomes a run, a task a project, and a finished run; a bad message fails alone', async () => {
  const { plan, collect } = await functions();
  const event = { trigger: 'schedule', scheduledAt: new Date().toISOString(), executionId: 'one' };
  const { runId, projects } = (await plan(event)) as Run;
  expect(projects).toBe(12);
  expect(sent.map(({ projectId }) => projectId).sort()).toEqual(atlas.world.projects.map(({ id }) => id).sort());

  const bodies = sent.splice(0).map((task) => JSON.stringify(task));
  const answer = await collect(['{"runId":', ...bodies, '{}']);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-13' }] });
  expect((await ledger.run(runId))?.run).toMatchObject({ status: 'complete', projects: 12, trigger: 'schedule' });
  // What runs is looked at again.
  for (const task of sent) expect(task.followAt).toEqual(expect.any(String));

  const metrics = lines.filter((line) => line.includes('"_aws"'));
  expect(metrics.length).toBeGreaterThan(0);
  expect(lines.some((line) => line.includes('project collected'))).toBe(true);
  for (const line of lines) expect(line).not.toContain(atlas.apiKey.privateKey);
});

test('a check says how the runs on record stand, as metrics; without any, from when the table was made', async () => {
  const { plan } = await functions();
  const event = { trigger: 'check', schedule: 'rate(1 minute)', timeZone: 'UTC', runsToAlarm: 2 };
  lines.length = 0;
  const well = {
    ...{ RunOverdueMinutes: 0, RunsIncomplete: 0, ClustersFailing: 0, EventsUnread: 0 },
    ...{ CredentialsRefused: 0, ProjectsNotVisible: 0, EmptyScopes: 0 },
  };
  expect(await plan(event)).toEqual(well);
  const metrics = lines.filter((line) => line.includes('"_aws"'));
  expect(metrics.map((line) => JSON.parse(line))).toMatchObject([well]);
  await expect(plan({ ...event, runsToAlarm: 0 })).rejects.toThrow('invalid check event: runsToAlarm');

  await ensureTable(new DynamoDBClient(dynamodb.clientConfig), 'empty');
  vi.stubEnv('TABLE_NAME', 'empty');
  vi.resetModules();
  const { plan: checkEmpty } = await functions();
  expect(await checkEmpty(event)).toEqual(well);
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  expect(await checkEmpty(event)).toEqual({ ...well, RunOverdueMinutes: 59 });
  clock.mockRestore();
  vi.stubEnv('TABLE_NAME', 'ledger');
  vi.resetModules();
});

test('runs that come upon new and changed jobs need no more than the roles allow', async () => {
  const { plan, collect } = await functions();
  const run = async (executionId: string) => {
    sent.length = 0; // of the run before, tasks to look again
    const event = { trigger: 'schedule', scheduledAt: new Date().toISOString(), executionId };
    const { runId } = (await plan(event)) as Run;
    await collect(sent.splice(0).map((task) => JSON.stringify(task)));
    return (await ledger.run(runId))?.run;
  };
  for (const { id: projectId } of atlas.world.projects) {
    for (const { name: clusterName, tier } of atlas.world.clusters(projectId)) {
      const kind = tier === 'flex' || tier === 'serverless' ? tier : 'dedicated';
      atlas.world.startRestore({ projectId, clusterName, kind, durationMs: AHEAD_MS / 2 });
    }
  }
  expect((await run('two'))?.counts?.jobsNew).toBeGreaterThanOrEqual(12);
  atlasAheadMs = AHEAD_MS;
  const third = await run('three');
  expect(refused).toEqual([]);
  expect(third).toMatchObject({ status: 'complete' });
  expect(third?.counts?.jobsChanged).toBeGreaterThanOrEqual(12);
});

test('an event that is none fails, by the name of its field', async () => {
  const { handler: plan } = await import('../../functions/handlers/plan.ts');
  await expect(plan({ trigger: 'schedule' }, context)).rejects.toThrow('scheduledAt');
});

test('tasks that the queue does not take fail the plan, so that it is made again', async () => {
  refuse = true;
  const task = { runId: 'a'.repeat(24), projectId: 'a'.repeat(24), projectName: 'x', accounts: [] };
  await expect(new TaskQueue(queueUrl).send([task])).rejects.toThrow('SQS took 0 of 1 tasks: InternalError');
  refuse = false;
});
