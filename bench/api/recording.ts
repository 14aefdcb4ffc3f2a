// bench/api/recording.ts: the two contenders, and a recording of what the handler asks of DynamoDB.
import type { RecordedCall } from '../dynamo/access.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { answerOf } from '../harness/answer.ts';
import { type Entrant, type Fixture, runTrial } from '../harness/trial.ts';
import type { ApiConfig, Recorded } from './config.ts';
import type { Route } from './routes.ts';

export const entrant = (name: 'handler' | 'SDK', config: ApiConfig): Entrant => ({
  name,
  entry: new URL(`./${name.toLowerCase()}.ts`, import.meta.url),
  config,
  passes: config.routes.map((route) => route.name),
});

/** An answer has to hold exactly the ids that it should. */
export const apiFixture = (routes: readonly Route[]): Fixture => ({
  expected: async (name) => answerOf(routes.find((route) => route.name === name)?.ids.all ?? []),
});

export async function record(routes: readonly Route[], dynamo: BenchDynamo): Promise<Recorded> {
  const recorded: Record<string, readonly RecordedCall[]> = {};
  const { expected } = apiFixture(routes);
  const fixture: Fixture = {
    before: () => dynamo.call.record(),
    expected: async (name) => {
      recorded[name] = await dynamo.call.recorded();
      return expected(name);
    },
  };
  const config: ApiConfig = { access: dynamo.access, routes, calls: 1, warmUp: 0, recorded: {} };
  await runTrial(entrant('handler', config), fixture);
  return recorded;
}
