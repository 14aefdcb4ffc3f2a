// bench/dynamo/process.ts is the DynamoDB's own process: one table, in memory or in a directory.
import { rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { coverageKey, jobIdOf, jobSk } from '../../functions/ledger/table/keys.ts';
import { ensureTable } from '../../local/dynamodb.ts';
import { Traffic } from '../atlas/traffic.ts';
import { answerOf } from '../harness/answer.ts';
import { type Engine, putAll, startEngine } from './engine.ts';
import { Front } from './front.ts';
import { certificate, listen } from './listen.ts';
import { madeItems } from './made-items.ts';
import { Meter } from './meter.ts';
import { type DynamoOrders, TABLE } from './orders.ts';
import { obey } from './told-process.ts';
import { type Item, itemBytes } from './units.ts';

/** Far above any pause of a client. */
const KEEP_ALIVE_MS = 10 * 60_000;

const meter = new Meter();
let engine: Engine = startEngine(meter);
const front = new Front(engine.answer);
const serve: RequestListener = (request, response) => void front.serve(request, response);
const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, serve);
const secure = createSecureServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...certificate() }, serve);
const traffic = new Traffic(server);
let endpoint = '';

/** Talks to the table like everybody else, but is not counted. */
async function unmetered<T>(work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const [charged, requests, latencyMs] = [{ ...meter.charged }, front.requests, front.latencyMs];
  front.latencyMs = 0;
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
    Object.assign(meter.charged, charged);
    front.requests = requests;
    front.latencyMs = latencyMs;
  }
}

const items = (beginsWith: string) =>
  unmetered(async (client) => {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName: TABLE })) {
      found.push(...(Items as Item[]).filter(({ sk }) => sk?.S?.startsWith(beginsWith)));
    }
    return found;
  });

obey<DynamoOrders>({
  start: async () => {
    endpoint = `http://127.0.0.1:${await listen(server)}`;
    return { endpoint, secureEndpoint: `https://127.0.0.1:${await listen(secure)}` };
  },
  reset: async ({ dir }) => {
    if (dir !== null) rmSync(dir, { recursive: true, force: true });
    engine = startEngine(meter, dir ?? undefined);
    front.engine = engine.answer;
    await unmetered((client) => ensureTable(client, TABLE));
    return null;
  },
  latency: (ms) => {
    front.latencyMs = ms;
    return null;
  },
  load: async (load) => {
    let count = 0;
    await putAll(
      engine,
      TABLE,
      (function* () {
        for (const item of madeItems(load)) {
          count += 1;
          yield item;
        }
      })(),
    );
    return count;
  },
  counted: () => ({ requests: front.requests, ...meter.charged, ...traffic.counted }),
  jobs: async () => answerOf((await items(jobSk(''))).map(({ sk }) => jobIdOf(sk?.S ?? ''))),
  coverageBytes: async () => {
    const { sk } = coverageKey('');
    return (await items(sk)).filter((item) => item.sk?.S === sk).map(itemBytes);
  },
  record: () => {
    front.record();
    return null;
  },
  recorded: () => front.stopRecording(),
});
