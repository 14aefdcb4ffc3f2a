// bench/api/sdk.ts: the SDK alone: a handler's requests of DynamoDB, at once where the handler makes them at once.
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { clientConfig, type RecordedCall } from '../dynamo/access.ts';
import { contend } from '../harness/contender.ts';
import { type ApiConfig, routeNamed, timed } from './config.ts';
import { idsIn } from './routes.ts';

interface Answer {
  Item?: object | undefined;
  Responses?: Record<string, object[]> | undefined;
  ScannedCount?: number | undefined;
}

contend<ApiConfig>((config) => {
  const client = new DynamoDBClient(clientConfig(config.access));
  let ids: string[] = [];
  return {
    async pass(name) {
      const { ids: wanted } = routeNamed(config, name);
      const calls = config.recorded[name] ?? [];
      const waves = [...new Set(calls.map(({ wave }) => wave))].map((wave) =>
        calls.filter((call) => call.wave === wave),
      );
      let answers: Answer[] = [];
      const numbers = await timed(config, async () => {
        answers = [];
        for (const wave of waves) answers.push(...(await Promise.all(wave.map((call) => send(client, call)))));
      });
      // What the handler leaves out, such as the item beyond the last of a page, is left out here too.
      const known = new Set(wanted.all);
      ids = idsIn(JSON.stringify(answers), wanted.kind).filter((id) => known.has(id));
      const itemsRead = answers.reduce((sum, answer) => sum + itemsOf(answer), 0);
      return { ...numbers, requests: calls.length, turns: waves.length, itemsRead };
    },
    ids: () => ids,
    close: async () => client.destroy(),
  };
});

/** @throws Error for an operation that the API hasn't used so far */
function send(client: DynamoDBClient, { operation, input }: RecordedCall): Promise<Answer> {
  const of = <T>() => input as unknown as T;
  if (operation === 'Query') return client.send(new QueryCommand(of<QueryCommandInput>()));
  if (operation === 'GetItem') return client.send(new GetItemCommand(of<GetItemCommandInput>()));
  if (operation === 'BatchGetItem') return client.send(new BatchGetItemCommand(of<BatchGetItemCommandInput>()));
  throw new Error(`${operation} is not in bench/api/sdk.ts: add it there`);
}

/** Looked at, before any filter. */
const itemsOf = ({ Item, Responses = {}, ScannedCount = 0 }: Answer) =>
  (Item ? 1 : 0) + ScannedCount + Object.values(Responses).reduce((sum, items) => sum + items.length, 0);
