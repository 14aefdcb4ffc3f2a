// bench/dynamo/process.ts: the process of the bench's DynamoDB, which is one table of dynalite, or of DYNAMODB_ENDPOINT, behind a latency.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createRequire } from 'node:module';
import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import { ensureTable } from '../../local/dynamodb.ts';
import { serve } from '../harness/serve.ts';
import { clientConfig, type DynamoAccess, ENDPOINT, TABLE } from './access.ts';
import { forwardTo } from './forward.ts';
import { Front } from './front.ts';
import { certificate, listen } from './listen.ts';
import { madeItems } from './made-items.ts';
import type { Load } from './made-jobs.ts';

/** Far above any pause of a client. */
const KEEP_ALIVE_MS = 10 * 60_000;
/** DynamoDB's limit of items a batch. */
const BATCH = 25;
const PARALLEL_BATCHES = 8;

const dynalite: (options: object) => Server = createRequire(import.meta.url)('dynalite');

const front = new Front();
const answer: RequestListener = (request, response) => void front.serve(request, response);
const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, answer);
const secureServer = createSecureServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...certificate() }, answer);
let endpoint = '';

/** At once and uncounted. */
async function privately<T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const { requests, latencyMs } = front;
  front.latencyMs = 0;
  const client = new DynamoDBClient(clientConfig({ endpoint }));
  try {
    return await work(client);
  } finally {
    client.destroy();
    Object.assign(front, { requests, latencyMs });
  }
}

async function reset() {
  if (ENDPOINT === undefined) startAnew();
  else await privately(deleteTable);
  await privately((client) => ensureTable(client, TABLE));
  if (ENDPOINT !== undefined) await privately(endStream);
}

/** Nobody reads it, and once a table with one was deleted, DynamoDB Local looks for ever longer for those of later tables. */
async function endStream(client: DynamoDBClient) {
  await client.send(new UpdateTableCommand({ TableName: TABLE, StreamSpecification: { StreamEnabled: false } }));
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: TABLE });
}

function startAnew() {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  front.answer = (request, response) => void engine.emit('request', request, response);
}

async function deleteTable(client: DynamoDBClient) {
  try {
    await client.send(new DeleteTableCommand({ TableName: TABLE }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

function* batchesOf(load: Load) {
  let batch: { PutRequest: { Item: never } }[] = [];
  for (const item of madeItems(load)) {
    batch.push({ PutRequest: { Item: item as never } });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const handlers = {
  /** First, once; the table is empty. */
  start: async (): Promise<DynamoAccess> => {
    endpoint = `http://127.0.0.1:${await listen(server)}`;
    if (ENDPOINT !== undefined) front.answer = forwardTo(ENDPOINT);
    const secureEndpoint = `https://127.0.0.1:${await listen(secureServer)}`;
    await reset();
    return { endpoint, secureEndpoint };
  },
  /** Empties the table. */
  reset,
  /** @param ms waited before each answer */
  setLatency: (ms: number) => {
    front.latencyMs = ms;
  },
  /** Makes items up and puts them into the table. */
  load: (load: Load) =>
    privately((client) =>
      forEachConcurrent(batchesOf(load), PARALLEL_BATCHES, async (batch) => {
        await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: batch } }));
      }),
    ),
  /** Since the start. */
  counted: () => ({ tableRequests: front.requests }),
  /** From now on each request is kept. */
  record: () => front.record(),
  /** The requests that have arrived since. */
  recorded: () => front.stopRecording(),
};
export type DynamoHandlers = typeof handlers;

serve(handlers);
