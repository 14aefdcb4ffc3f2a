// The notify function as it is, with what AWS sends it; EventBridge is a server that speaks its protocol, since nothing real of
// it runs on Node alone; test/deploy has it too.
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Context, DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { jobItem } from '../../functions/ledger/table/job-item.ts';
import { notifySettings } from '../../functions/runtime/settings.ts';
import { listen } from '../../local/listen.ts';
import { idAt, job } from '../ledger/jobs.ts';
import { ledgerJobAfter, requester } from './samples.ts';
import { wrongs } from './schemas.ts';
import { imageOf, streamRecord } from './table-stream.ts';

interface Entry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Time: number;
  Detail: string;
}

const BUS = 'arn:aws:events:eu-central-1:111122223333:event-bus/ledger';
const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
let eventBridge: Server;
/** What a call answers for each entry: taken, or an error's code; or an HTTP status for the whole. */
let answer: (entries: Entry[]) => (string | undefined)[] | number;
const calls: Entry[][] = [];
const lines: string[] = [];

beforeAll(async () => {
  eventBridge = createServer(async (request, response): Promise<void> => {
    expect(request.headers['x-amz-target']).toBe('AWSEvents.PutEvents');
    const { Entries } = (await json(request)) as { Entries: Entry[] };
    calls.push(Entries);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const codes = answer(Entries);
    if (typeof codes === 'number') {
      response.statusCode = codes;
      return void response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'no' }));
    }
    const results = codes.map((ErrorCode, index) => (ErrorCode ? { ErrorCode } : { EventId: `event-${index}` }));
    response.end(JSON.stringify({ FailedEntryCount: codes.filter(Boolean).length, Entries: results }));
  });
  const url = await listen(eventBridge);
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    AWS_ENDPOINT_URL: url,
    ...{ EVENT_BUS_NAME: BUS, LEDGER_NAME: 'Mine', MAX_EVENT_AGE_HOURS: '24' },
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
  await new Promise((resolve) => eventBridge.close(resolve));
});
beforeEach(() => {
  calls.length = 0;
  lines.length = 0;
  answer = (entries) => entries.map(() => undefined);
});

const records = Array.from({ length: 3 }, (_, index): DynamoDBRecord => {
  const first = ledgerJobAfter([job({ jobId: idAt('2026-11-20T10:00:00Z', index) })], {
    requester: requester({ actor: { kind: 'user', name: 'jane@example.com' } }),
  });
  return streamRecord(undefined, imageOf(jobItem(first.job)), index);
});

const invoke = async (Records: DynamoDBRecord[]) => {
  const { handler } = await import('../../functions/handlers/notify.ts');
  return handler({ Records }, context);
};

const metrics = () => lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line));

test('a batch becomes one call to the bus, of events as the schemas say', async () => {
  expect(await invoke(records)).toEqual({ batchItemFailures: [] });
  const [entries = [], ...more] = calls;
  expect(more).toEqual([]);
  expect(entries).toHaveLength(3);
  for (const { EventBusName, Source, DetailType, Time, Detail } of entries) {
    expect(EventBusName).toBe(BUS);
    const time = new Date(Time * 1_000).toISOString();
    expect(time).toBe('2026-11-20T11:00:00.000Z');
    expect(wrongs({ source: Source, 'detail-type': DetailType, time, detail: JSON.parse(Detail) })).toEqual([]);
  }
  expect(metrics()).toEqual([expect.objectContaining({ Ledger: 'Mine', EventsSent: 3 })]);
  expect(metrics()[0]).not.toHaveProperty('EventsFailed');
});

test('an entry that is not taken is the first of those that come again', async () => {
  answer = (entries) => entries.map((_, index) => (index === 1 ? 'ThrottlingException' : undefined));
  const { batchItemFailures } = await invoke(records);
  expect(batchItemFailures).toEqual([{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }]);
  expect(metrics()).toEqual([expect.objectContaining({ EventsSent: 2, EventsFailed: 1 })]);
});

test('a call that is refused leaves the whole batch, and names nobody in the log', async () => {
  answer = () => 403;
  const { batchItemFailures } = await invoke(records);
  expect(batchItemFailures).toEqual([{ itemIdentifier: records[0]?.dynamodb?.SequenceNumber }]);
  expect(lines.some((line) => line.includes('AccessDeniedException'))).toBe(true);
  expect(lines.join()).not.toMatch(/jane|orders/);
  expect(metrics()).toEqual([expect.objectContaining({ EventsFailed: 3 })]);
});

test('an answer that says nothing of an entry means that it was not taken', async () => {
  answer = () => [undefined];
  const { batchItemFailures } = await invoke(records);
  expect(batchItemFailures).toEqual([{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }]);
});

test('a batch that begins with what cannot be read fails, is counted and names nobody', async () => {
  const broken = structuredClone(records[0]) as DynamoDBRecord;
  if (broken.dynamodb?.NewImage) broken.dynamodb.NewImage.status = { S: 'jane' };
  await expect(invoke([broken, ...records])).rejects.toThrow('status: ');
  expect(calls).toEqual([]);
  expect(metrics()).toEqual([expect.objectContaining({ EventsFailed: 1 })]);
  expect(lines.join()).not.toMatch(/jane/);
});

test('nothing to tell is no call and no metric', async () => {
  expect(await invoke([{ ...records[0], eventName: 'REMOVE' } as DynamoDBRecord])).toEqual({ batchItemFailures: [] });
  expect([calls, metrics()]).toEqual([[], []]);
});

test('settings: what is needed, and what comes where nothing is said', () => {
  expect(notifySettings({ EVENT_BUS_NAME: 'ledger' })).toEqual({
    busName: 'ledger',
    ledgerName: 'AtlasRestoreLedger',
    maxEventAgeHours: 24,
  });
  expect(() => notifySettings({})).toThrow(
    'EVENT_BUS_NAME: expected the name or ARN of the EventBridge bus, got nothing',
  );
  expect(() => notifySettings({ EVENT_BUS_NAME: 'x', MAX_EVENT_AGE_HOURS: '8761' })).toThrow(
    'MAX_EVENT_AGE_HOURS: expected a whole number of hours from 0 to 8760, got "8761"',
  );
});
