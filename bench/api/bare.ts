// bench/api/bare.ts enters the SDK alone: it makes the very requests that a route's handler makes of DynamoDB, at once where the
// handler makes them at once, and does nothing with the answers.
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { RecordedCall } from '../dynamo/orders.ts';
import { contend } from '../harness/contender.ts';
import { manyCalls, routeNamed } from './calls.ts';
import type { ApiConfig } from './config.ts';
import { idsIn } from './routes.ts';

contend<ApiConfig>((config) => {
  const client = new DynamoDBClient({
    endpoint: config.dynamo.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  return {
    pass: async (name) => {
      const route = routeNamed(config.routes, name);
      const waves = inWaves(config.asked?.[name] ?? []);
      let last: unknown[] = [];
      const brought = await manyCalls({ ...route, ids: { ...route.ids, all: [] } }, config, async () => {
        last = await ask(client, waves);
        return [];
      });
      // Looked at once, when the clock no longer counts: the handler's work is what it is measured by.
      const wanted = new Set(route.ids.all);
      const ids = idsIn(JSON.stringify(last), route.ids.kind).filter((id) => wanted.has(id));
      return { ...brought, ids };
    },
    close: async () => client.destroy(),
  };
});

async function ask(client: DynamoDBClient, waves: readonly RecordedCall[][]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const wave of waves) answers.push(...(await Promise.all(wave.map((call) => send(client, call)))));
  return answers;
}

/** @throws Error for what the API has not made so far */
async function send(client: DynamoDBClient, { operation, input }: RecordedCall): Promise<unknown> {
  const of = <T>() => input as unknown as T;
  if (operation === 'Query') return (await client.send(new QueryCommand(of<QueryCommandInput>()))).Items;
  if (operation === 'GetItem') return (await client.send(new GetItemCommand(of<GetItemCommandInput>()))).Item;
  if (operation !== 'BatchGetItem') throw new Error(`${operation} is new to bench/api/bare.ts: add it there`);
  return (await client.send(new BatchGetItemCommand(of<BatchGetItemCommandInput>()))).Responses;
}

export function inWaves(calls: readonly RecordedCall[]): RecordedCall[][] {
  const waves = new Map<number, RecordedCall[]>();
  for (const call of calls) waves.set(call.wave, [...(waves.get(call.wave) ?? []), call]);
  return [...waves.values()];
}
