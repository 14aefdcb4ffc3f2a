// The message function as it is, on a real DynamoDB API and with what the stack grants it. SNS and SQS are a server that speaks their
// protocols, since nothing real of them runs on Node alone; test/deploy has them too. What is looked at is what a subscriber gets.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BusEvent } from '../../functions/events/delivery/bus.ts';
import { notify } from '../../functions/events/delivery/stream.ts';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import { announce } from '../../functions/ledger/announcing/announce.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { messageSettings } from '../../functions/runtime/settings.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { listen } from '../../local/listen.ts';
import { bodyOf, eventsOf } from '../events/messages/outbox.ts';
import { finding, requester } from '../events/samples.ts';
import { wrongs } from '../events/schemas.ts';
import { streamOf } from '../events/table-stream.ts';
import { idAt, job, seen } from '../ledger/jobs.ts';
import type { TestTable } from '../ledger/table.ts';
import { grants } from '../lib/grants.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:ledger';
const ROLE = 'MessagesMessageRole';
let dynamodb: LocalDynamoDB;
let aws: Server;
let ledger: Ledger;
let queueUrl: string;
/** What subscribers have received. */
const received: { TopicArn: string | null; Subject: string | null; Message: string | null }[] = [];
const later: { MessageBody: string; DelaySeconds: number }[] = [];
let refuse = false;
const lines: string[] = [];

beforeAll(async () => {
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'ledger');
  ledger = tableLedger({ tableName: 'ledger', client });
  aws = createServer(async (request, response): Promise<void> => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const body = await text(request);
    if (target.startsWith('DynamoDB')) return ofTable(target, body, request, response);
    if (target.startsWith('AmazonSQS')) return ofQueue(body, response);
    return ofTopic(new URLSearchParams(body), response);
  });
  const endpoint = await listen(aws);
  queueUrl = `${endpoint}/000000000000/messages`;
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL: endpoint },
    ...{ TABLE_NAME: 'ledger', MESSAGE_QUEUE_URL: queueUrl, MESSAGE_TOPIC_ARNS: TOPIC, AWS_MAX_ATTEMPTS: '1' },
    ...{ MESSAGE_SEVERITIES: 'warning,critical', API_URL: 'https://api.example' },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await dynamodb.close();
  await new Promise((resolve) => aws.close(resolve));
});
beforeEach(() => {
  for (const list of [received, later, lines]) list.length = 0;
  refuse = false;
});

const granted = grants()[ROLE] ?? [];

/** The table, for whoever may do this to these keys. */
async function ofTable(target: string, body: string, request: IncomingMessage, response: ServerResponse) {
  const action = target.split('.').at(-1);
  const { Item } = JSON.parse(body) as { Item?: { pk: { S: string } } };
  const grant = granted.find((line) => line.startsWith(`dynamodb:${action} on LedgerTable`));
  const [, leading] = /"dynamodb:LeadingKeys":\["([^"*]+)\*"\]/.exec(grant ?? '') ?? [];
  expect(grant).toBeDefined();
  if (leading !== undefined) expect(Item?.pk.S).toMatch(new RegExp(`^${leading}`));
  const { host, 'content-length': _, connection, ...headers } = request.headers as Record<string, string>;
  const answer = await fetch(dynamodb.endpoint, { method: 'POST', headers, body });
  response.statusCode = answer.status;
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(await answer.text());
}

function ofQueue(body: string, response: ServerResponse) {
  const { QueueUrl, MessageBody, DelaySeconds } = JSON.parse(body);
  expect(QueueUrl).toBe(queueUrl);
  later.push({ MessageBody, DelaySeconds });
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
  response.end(JSON.stringify({ MessageId: '0', MD5OfMessageBody }));
}

function ofTopic(parameters: URLSearchParams, response: ServerResponse): void {
  expect(parameters.get('Action')).toBe('Publish');
  response.setHeader('content-type', 'text/xml');
  if (refuse) {
    response.statusCode = 403;
    return void response.end(
      '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>',
    );
  }
  const [TopicArn = null, Subject = null, Message = null] = ['TopicArn', 'Subject', 'Message'].map((name) =>
    parameters.get(name),
  );
  received.push({ TopicArn, Subject, Message });
  response.end(
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
  );
}

const invoke = async (...bodies: string[]) => {
  const { handler } = await import('../../functions/handlers/message.ts');
  const Records = bodies.map((body, index) => ({ messageId: String(index), body }));
  return handler({ Records } as SQSEvent);
};

let jobs = 0;
/** The events of a restore with a finding. */
async function found(who = {}) {
  const jobId = idAt('2026-11-20T10:52:00Z', ++jobs);
  const annotating = { requester: requester(), assess: () => [finding()], ...who };
  return eventsOf(await ledger.record(job({ jobId }), seen(0), false, annotating)).map(bodyOf);
}

test('a subscriber gets a subject and plain text, once, however often the event comes', async () => {
  const [, body = ''] = await found();
  expect(await invoke(body, body)).toEqual({ batchItemFailures: [] });
  expect(await invoke(body)).toEqual({ batchItemFailures: [] });
  expect(received).toEqual([
    {
      TopicArn: TOPIC,
      Subject: '[warning] payments/orders: cross-project',
      Message: expect.stringMatching(/^payments\/orders: cross-project\n\n[^"\\]*\nhttps:\/\/api\.example\/jobs\/\w+$/),
    },
  ]);
  expect(lines.join()).not.toMatch(/payments|ci-bot/);
});

test('one whose requester is not known yet waits in the queue for two minutes', async () => {
  const [, body = ''] = await found({ requester: { reason: 'pending' } });
  await invoke(body);
  expect(later).toEqual([{ MessageBody: body, DelaySeconds: 120 }]);
  expect(received).toEqual([]);
});

test('what could not be sent, or read, goes back to the queue by itself', async () => {
  const [first = ''] = (await found()).slice(1);
  const [second = ''] = (await found()).slice(1);
  await invoke(first);
  refuse = true;
  expect(await invoke(first, '{}', second)).toEqual({
    batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '2' }],
  });
  refuse = false;
  expect(await invoke(second)).toEqual({ batchItemFailures: [] });
  expect(received).toHaveLength(2);
});

test('an announced restore that did not come: from the write of it to what a subscriber gets, once', async () => {
  const client = new DynamoDBClient(dynamodb.clientConfig);
  const records = streamOf({ client, tableName: 'ledger' } as TestTable, dynamodb);
  const writer = tableLedger({ tableName: 'ledger', client });
  const table = new DynamoTable('ledger', client);
  const request = {
    ...{ projectId: 'a'.repeat(24), clusterName: 'orders', targetClusterName: 'orders-drill', restores: 2 },
    ...{ until: '2026-11-20T14:00:00.000Z', ticket: 'OPS-1' },
  };
  const by = { kind: 'user', name: 'ada@laptop', selfDeclared: true } as const;
  const announcer = { by, at: '2026-11-20T10:00:00.000Z', projectName: 'payments' };
  const { expected } = await announce(table, request, announcer);
  const came = await writer.saveExpectedRestore(expected, { jobs: [{ jobId: idAt('2026-11-20T11:00:00Z') }] });
  const at = '2026-11-21T10:00:00.000Z';
  await writer.saveExpectedRestore(came ?? expect.unreachable(), { missedAt: at });
  expect(records).toHaveLength(3);
  const bus: BusEvent[] = [];
  const put = async (events: readonly BusEvent[]) => {
    bus.push(...events);
    return [];
  };
  const ports = {
    ...{ bus: { put }, log: silentLog },
    timeLeftMs: () => 30_000,
  };
  // A batch may come twice.
  for (let time = 1; time <= 2; time++) expect(await notify(records, ports)).toEqual({ sent: 1, failed: 0 });
  expect(bus.map((event) => event['detail-type'])).toEqual(['Expected Restore Missed', 'Expected Restore Missed']);
  expect(bus.flatMap((event) => wrongs(event))).toEqual([]);
  expect(bus[0]).toMatchObject({
    time: at,
    detail: { expectedRestore: { ...request, state: 'missed', missedAt: at } },
  });
  expect(await invoke(...bus.map((event) => bodyOf(event as LedgerEvent)))).toEqual({ batchItemFailures: [] });
  expect(received).toEqual([
    {
      TopicArn: TOPIC,
      Subject: expect.stringMatching(/^\[warning\] payments\/orders -> orders-drill/),
      Message: expect.stringContaining('1 of 2 restores came between'),
    },
  ]);
  expect(received[0]?.Message).toMatch(/announced by ada@laptop, ticket OPS-1/);
});

test('settings: what is needed, and what comes where nothing is said', () => {
  const given = { TABLE_NAME: 'ledger', MESSAGE_QUEUE_URL: 'https://sqs.example/q', MESSAGE_TOPIC_ARNS: 'a, b' };
  expect(messageSettings({ ...given, MESSAGE_SEVERITIES: 'critical' })).toEqual({
    tableName: 'ledger',
    queueUrl: 'https://sqs.example/q',
    topicArns: ['a', 'b'],
    severities: ['critical'],
    waitMs: 120_000,
    apiUrl: undefined,
  });
  expect(() => messageSettings(given)).toThrow(
    'MESSAGE_SEVERITIES: expected some of info, warning, critical, separated by commas, got nothing',
  );
});
