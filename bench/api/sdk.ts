// bench/api/sdk.ts: the SDK alone: a handler's requests of DynamoDB, at once where the handler makes them at once.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../dynamo/access.ts';
import { type Answer, replay, wavesOf } from '../dynamo/replay.ts';
import { contend } from '../harness/contender.ts';
import { type ApiConfig, routeNamed, timed } from './config.ts';
import { idsIn } from './routes.ts';

contend<ApiConfig>((config) => {
  const client = new DynamoDBClient(clientConfig(config.access));
  let ids: string[] = [];
  return {
    async pass(name) {
      const { ids: wanted } = routeNamed(config, name);
      const calls = config.recorded[name] ?? [];
      const waves = wavesOf(calls);
      let answers: Answer[] = [];
      const numbers = await timed(config, async () => {
        answers = await replay(client, waves);
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

/** Looked at, before any filter. */
const itemsOf = ({ Item, Responses = {}, ScannedCount = 0 }: Answer) =>
  (Item ? 1 : 0) + ScannedCount + Object.values(Responses).reduce((sum, items) => sum + items.length, 0);
