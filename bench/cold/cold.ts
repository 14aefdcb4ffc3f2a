// bench/cold/cold.ts: starts of each function's bundle, beside the floors of those that somebody waits for.

import { pathToFileURL } from 'node:url';
import type { RecordedCall } from '../dynamo/access.ts';
import type { Bench } from '../harness/benchmark.ts';
import { bundle } from '../harness/bundle.ts';
import type { Numbers } from '../harness/contender.ts';
import { median, type Result, race } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { type Case, cases, type FunctionName } from './cases.ts';
import { Services } from './services.ts';
import { start } from './start.ts';

interface Entrant {
  name: string;
  /** URL of its module. */
  bundle: string;
  environment: Readonly<Record<string, string>>;
  prepare: Case['prepare'];
}

/** A start is short and varies: this many for each run of the bench. */
const STARTS = 3;
const FUNCTION = 'function';
export const FLOOR = 'floor';
/** Of the starts that somebody waits for. Only these have a floor. */
const MAX_WALL: Partial<Record<FunctionName, number>> = { api: 1.45, collect: 1.75 };

const bundled = (path: string) => pathToFileURL(bundle(new URL(path, import.meta.url))).href;

/** @throws WrongAnswerError */
export async function startAll(
  chosen: readonly { name: FunctionName }[],
  { runs, progress }: Omit<Bench, 'quick'>,
): Promise<Result[]> {
  progress('bundling as a deployment does');
  await using services = await Services.start();
  const results: Result[] = [];
  const all = await cases(services);
  for (const each of all.filter(({ name }) => chosen.some((one) => one.name === name))) {
    progress(each.name);
    results.push(...(await race(each.name, await entrantsOf(each, services), runs * STARTS, measured)));
  }
  return results;
}

async function entrantsOf({ name, prepare }: Case, services: Services): Promise<Entrant[]> {
  const { environment } = services;
  const real = { name: FUNCTION, bundle: bundled(`../../functions/handlers/${name}.ts`), environment, prepare };
  const calls = await callsOf(real, services);
  if (MAX_WALL[name] === undefined) return [real];
  const floor = {
    name: FLOOR,
    bundle: bundled(`./floors/${name}.ts`),
    environment: { ...environment, CALLS: JSON.stringify(calls) },
    // The floor of collect records no run, so only its answer is looked at.
    prepare: name === 'api' ? prepare : async () => ({ ...(await prepare()), check: async () => {} }),
  };
  await measured(floor);
  return [real, floor];
}

/** What one start asks of the table. Not measured, it also warms the disk. */
async function callsOf(entrant: Entrant, { dynamo }: Services): Promise<RecordedCall[]> {
  const { event, check } = await entrant.prepare();
  await dynamo.call.record();
  const { answer } = await start({ ...entrant, event });
  const calls = await dynamo.call.recorded();
  await check(answer);
  return calls;
}

async function measured(entrant: Entrant): Promise<Map<string, Numbers>> {
  const { event, check } = await entrant.prepare();
  const { answer, numbers } = await start({ ...entrant, event });
  await check(answer);
  return new Map([['start', numbers]]);
}

export const targets = (results: readonly Result[]): Target[] =>
  Object.entries(MAX_WALL).flatMap(([name, limit]) => {
    const [its, floor] = [FUNCTION, FLOOR].map((who) => median(results, name, who, 'start', 'wallMs'));
    return its && floor ? [{ what: `${name}: wall, by its floor`, limit, measured: its / floor }] : [];
  });
