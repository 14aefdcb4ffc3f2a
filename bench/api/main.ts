// bench/api/main.ts: the command `npm run bench:api`.
import { BenchDynamo } from '../dynamo/dynamo.ts';
import { type Bench, benchmark } from '../harness/benchmark.ts';
import { type Result, race, ratio } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { runTrial } from '../harness/trial.ts';
import type { ApiConfig } from './config.ts';
import { apiFixture, entrant, record } from './recording.ts';
import { type Route, routes } from './routes.ts';

/** From a request to DynamoDB to its answer. */
const TABLE_MS = 5;
const MAX_TIME = 1.3;
const SDK = 'SDK';
/** Those that say most. */
const QUICK = new Set(['jobs', 'jobs-200', 'jobs-200-csv', 'job', 'coverage', 'summary', 'page']);

/** Ids are made from the load, so it is the same for choosing routes and for filling the table. */
const UNTIL_MS = Date.now();
const load = (quick: boolean) => ({
  jobs: quick ? 1_000 : 10_000,
  clusters: 100,
  runs: quick ? 20 : 200,
  untilMs: UNTIL_MS,
});

async function run(chosen: readonly Route[], { quick, runs, progress }: Bench): Promise<Result[]> {
  await using dynamo = await BenchDynamo.start();
  progress(`a table of ${load(quick).jobs} jobs`);
  await dynamo.call.load(load(quick));
  const recorded = await record(chosen, dynamo);
  await dynamo.call.setLatency(TABLE_MS);
  const config: ApiConfig = { access: dynamo.access, routes: chosen, calls: quick ? 10 : 60, warmUp: 8, recorded };
  const fixture = apiFixture(chosen);
  progress(chosen.map(({ name }) => name).join(', '));
  const results = await race('', [entrant('handler', config), entrant(SDK, config)], runs, (each) =>
    runTrial(each, fixture),
  );
  const ofRoute = (name: string) => results.filter(({ pass }) => pass === name);
  return chosen.flatMap(({ name }) => ofRoute(name).map((result) => ({ ...result, case: name, pass: 'GET' })));
}

const targets = (results: readonly Result[]): Target[] =>
  results.flatMap((result) => {
    const measured = result.contender === SDK ? undefined : ratio(results, result, SDK, 'callMs');
    return measured === undefined
      ? []
      : [{ what: `${result.case}: time of a call, by the SDK's`, limit: MAX_TIME, measured }];
  });

await benchmark({
  name: 'bench:api',
  description:
    "Calls each route of the API's function in a warm process, beside the SDK making the same requests of DynamoDB and nothing else.",
  cases: (quick) => routes(load(quick)).filter(({ name }) => !quick || QUICK.has(name)),
  run,
  baseline: SDK,
  targets,
  columns: [
    { title: 'a call, ms', number: 'callMs', digits: 1, as: 'spread' },
    { title: 'x', number: 'callMs', as: 'ratio' },
    { title: 'CPU, ms', number: 'callCpuMs', digits: 1 },
    { title: 'requests', number: 'requests' },
    { title: 'in turn', number: 'turns' },
    { title: 'items read', number: 'itemsRead' },
  ],
});
