// bench/api/api.ts is the part `api`: each route's handler, warm, beside the SDK making the same requests of DynamoDB and nothing else.
import { BenchDynamo } from '../dynamo/dynamo.ts';
import type { Load } from '../dynamo/made-jobs.ts';
import type { Counted, RecordedCall } from '../dynamo/orders.ts';
import { type Answer, answerOf } from '../harness/answer.ts';
import type { Bench, Part, PartResult } from '../harness/part.ts';
import { race } from '../harness/race.ts';
import { type Course, type Entrant, runTrial } from '../harness/trial.ts';
import { type Asked, TABLE_MS } from './answered.ts';
import { WARM_UP } from './calls.ts';
import type { ApiConfig } from './config.ts';
import { report } from './report.ts';
import { type Route, routes } from './routes.ts';
import { targetsOf } from './targets.ts';

const LOAD = { jobs: 10_000, clusters: 100, runs: 200 };
const QUICK_LOAD = { ...LOAD, jobs: 1_000, runs: 20 };
const CALLS = 60;
const QUICK_CALLS = 10;
/** Those that say most. */
const QUICK_ROUTES = new Set(['jobs', 'jobs-200', 'jobs-200-csv', 'job', 'coverage', 'summary', 'page']);

export const api: Part = {
  name: 'api',
  says: "each route's handler, beside the SDK making the same requests",
  async run(bench): Promise<PartResult> {
    const { quick, runs, bundler, node, profileDir, progress } = bench;
    await using dynamo = await BenchDynamo.start();
    const load = { ...(quick ? QUICK_LOAD : LOAD), untilMs: Date.now() };
    progress(`api: a table of ${load.jobs} jobs`);
    await dynamo.load(load);
    const chosen = chosenRoutes(load, bench);
    const config: ApiConfig = { dynamo: dynamo.access, routes: chosen, calls: quick ? QUICK_CALLS : CALLS };
    const passes = chosen.map(({ name }) => name);
    const listener = new Listener(chosen, dynamo);
    await runTrial(entrant('handler', { ...config, calls: 1 }, passes), listener, { bundler, node });
    const { asked } = listener;
    await dynamo.setLatency(TABLE_MS);
    progress(`api: ${passes.join(', ')}`);
    const calls = Object.fromEntries(Object.entries(asked).map(([name, each]) => [name, each.calls]));
    const entrants = [entrant('handler', config, passes), entrant('bare', { ...config, asked: calls }, passes)];
    const results = await race(entrants, new Answers(chosen), runs, { bundler, node, profileDir });
    const answered = { load, routes: chosen, asked, results };
    const targets = targetsOf(answered);
    return { markdown: report(answered, targets, bench), targets, data: answered };
  },
};

function chosenRoutes(load: Load, { quick, only }: Bench): Route[] {
  const wanted = ({ name }: Route) => only.every((word) => name.split('-').includes(word));
  return routes(load).filter((route) => (!quick || QUICK_ROUTES.has(route.name)) && wanted(route));
}

export const entrant = (name: 'handler' | 'bare', config: ApiConfig, passes: readonly string[]): Entrant => ({
  name,
  entry: new URL(`./${name}.ts`, import.meta.url),
  config,
  passes,
});

export class Answers implements Course {
  readonly #answers: ReadonlyMap<string, Answer>;

  constructor(chosen: readonly Route[]) {
    this.#answers = new Map(chosen.map(({ name, ids }) => [name, answerOf(ids.all)]));
  }

  async expected(route: string): Promise<Answer> {
    const answer = this.#answers.get(route);
    if (!answer) throw new Error(`there is no route ${route}`);
    return answer;
  }
}

/** Writes down what each route's calls ask of DynamoDB. */
export class Listener extends Answers {
  readonly asked: Record<string, Asked> = {};
  readonly #dynamo: BenchDynamo;
  #before: Counted | undefined;

  constructor(chosen: readonly Route[], dynamo: BenchDynamo) {
    super(chosen);
    this.#dynamo = dynamo;
  }

  async before() {
    await this.#dynamo.record();
    this.#before = await this.#dynamo.counted();
  }

  override async expected(route: string) {
    const [all, after] = [await this.#dynamo.recorded(), await this.#dynamo.counted()];
    this.asked[route] = oneOf(all, this.#before ?? after, after);
    return super.expected(route);
  }
}

/** Of equal calls, made one after the other: the last. */
function oneOf(all: readonly RecordedCall[], before: Counted, after: Counted): Asked {
  const times = WARM_UP + 1;
  if (all.length % times !== 0) throw new Error(`${all.length} requests came of ${times} equal calls`);
  const each = (name: string) => ((after[name] ?? 0) - (before[name] ?? 0)) / times;
  const calls = all.slice(all.length - all.length / times);
  return { calls, readUnits: each('readUnits'), itemsRead: each('itemsRead') };
}
