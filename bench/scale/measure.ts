// bench/scale/measure.ts: the sizes at which time, memory and reads are measured, and how.
import { defined } from '../../functions/platform/defined.ts';
import { heapOptions } from '../../lib/compute/heap.ts';
import { apiFixture, entrant, record } from '../api/recording.ts';
import { routes } from '../api/routes.ts';
import { atlasFixture, BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import { measureLedger } from '../big/ledger.ts';
import type { CollectorConfig } from '../contenders/collector.ts';
import type { FunctionsConfig } from '../contenders/functions.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { type Result, race } from '../harness/race.ts';
import { type Entrant, runTrial } from '../harness/trial.ts';

export type Case =
  /** Clusters with lists of one job, collected by the functions. */
  | { part: 'clusters'; name: string; size: WorldSize }
  /** One project, collected by one process. */
  | { part: 'lists'; name: string; size: WorldSize }
  /** Jobs in the table, read by the API. */
  | { part: 'table'; name: string; jobs: number }
  /** Jobs of a hundredth of as many clusters, in the embedded ledger, read by every route and command. */
  | { part: 'ledger'; name: string; jobs: number };

const CLUSTERS = [10, 100, 1_000, 10_000];
/** The last: as many full pages at once as a project within Atlas's limits can have. */
const LISTS = ['1x1000', '1x4000', '1x16000', '25x500'];
/** From 3,000 on, every route has more to show than a page holds. */
const TABLE = [300, 3_000, 30_000];
export const FULL_PAGES = 3_000;
const LEDGER = [10_000, 100_000];
/** Of 10,000 clusters: it takes half an hour, and 3 GB of disk. */
const LARGE_LEDGER = 1_000_000;

const QUICK = { clusters: [10, 60], lists: ['1x300', '3x300'], table: [300, 3_000], ledger: [5_000, 20_000] };
const WHOLE = { clusters: CLUSTERS, lists: LISTS, table: TABLE, ledger: LEDGER };

export function cases(quick: boolean, large: boolean): Case[] {
  const { clusters, lists, table, ledger } = quick ? QUICK : WHOLE;
  const ledgers = large ? [...ledger, LARGE_LEDGER] : ledger;
  return [
    ...clusters.map(
      (count): Case => ({ part: 'clusters', name: `clusters ${count}`, size: { clusters: count, jobs: 1 } }),
    ),
    ...lists.map((name): Case => ({ part: 'lists', name: `lists ${name}`, size: sizeOf(name) })),
    ...table.map((jobs): Case => ({ part: 'table', name: `table ${jobs}`, jobs })),
    ...ledgers.map((jobs): Case => ({ part: 'ledger', name: `ledger ${jobs}`, jobs })),
  ];
}

function sizeOf(name: string): WorldSize {
  const [clusters = 0, jobs = 0] = name.split('x').map(Number);
  return { clusters, jobs };
}

/** As the stack sets it for a function of 128 MB: a heap with room to spare is collected late. */
const SMALL_HEAP = heapOptions(128);
/** Near, so that ten thousand clusters end. */
const ATLAS_MS = 20;
const TABLE_MS = 5;
/** A run over this many clusters takes minutes. */
const LARGE = 10_000;
const LARGE_RUNS = 2;
const TABLE_CLUSTERS = 10;

export async function measure(each: Case, dynamo: BenchDynamo, runs: number): Promise<Result[]> {
  if (each.part === 'ledger') return measureLedger(each.name, each.jobs);
  await dynamo.call.reset();
  if (each.part === 'table') return tableOf(each.name, each.jobs, dynamo);
  const isLists = each.part === 'lists';
  await using atlas = await BenchAtlas.start(each.size);
  await atlas.call.setLatency(isLists ? 0 : ATLAS_MS);
  await dynamo.call.setLatency(isLists ? 0 : TABLE_MS);
  const fixture = atlasFixture(atlas, dynamo);
  const entrant = isLists ? collector(atlas, dynamo) : functions(atlas, dynamo);
  // Memory differs little between runs.
  const times = isLists ? 1 : each.size.clusters >= LARGE ? Math.min(LARGE_RUNS, runs) : runs;
  return await race(each.name, [entrant], times, (one) => runTrial(one, fixture));
}

function functions({ access }: BenchAtlas, dynamo: BenchDynamo): Entrant {
  const config: FunctionsConfig = { access, scheme: 'oauth', dynamo: dynamo.access };
  const entry = new URL('../contenders/functions.ts', import.meta.url);
  return { name: 'functions', entry, config, passes: ['cold', 'unchanged'], nodeOptions: SMALL_HEAP };
}

function collector({ access }: BenchAtlas, dynamo: BenchDynamo): Entrant {
  const config: CollectorConfig = { access, scheme: 'oauth', ledger: { dynamo: dynamo.access } };
  const entry = new URL('../contenders/collector.ts', import.meta.url);
  return { name: 'collector', entry, config, passes: ['cold', 'unchanged', 'full'], nodeOptions: SMALL_HEAP };
}

/** What one call of each route asks of the table: counts, which are the same in each run. */
async function tableOf(name: string, jobs: number, dynamo: BenchDynamo): Promise<Result[]> {
  await dynamo.call.setLatency(0);
  const load = { jobs, clusters: TABLE_CLUSTERS, runs: 20, untilMs: Date.now() };
  await dynamo.call.load(load);
  const all = routes(load);
  const recorded = await record(all, dynamo);
  const sdk = entrant('SDK', { access: dynamo.access, routes: all, calls: 1, warmUp: 0, recorded });
  const results = await race(name, [sdk], 1, (one) => runTrial(one, apiFixture(all)));
  return results.map(({ spread: { requests: tableRequests, itemsRead }, ...result }) => {
    return { ...result, contender: 'api', spread: defined({ tableRequests, itemsRead }) };
  });
}
