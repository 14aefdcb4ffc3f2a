// bench/scale/clusters.ts measures how a run grows with the number of clusters, as Lambda would carry it out, one order after another.
import { BenchAtlas } from '../atlas/atlas.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { SMALL_HEAP } from '../harness/memory.ts';
import type { Bench } from '../harness/part.ts';
import { type Result, race } from '../harness/race.ts';
import { entrants } from '../ledger/cells.ts';
import { Collection } from '../ledger/collection.ts';
import { functionCounts } from '../ledger/costs.ts';
import { monthlyBill, total } from '../ledger/prices.ts';
import { medianOf, resultOf } from '../ledger/targets.ts';

const SIZES = [10, 100, 1_000, 10_000] as const;
const QUICK_SIZES = [10, 60] as const;
/** Small lists: it is the number of clusters that is asked about. */
const JOBS = 1;
/** Near, so that ten thousand clusters end. */
const ATLAS_MS = 20;
const TABLE_MS = 5;
/** From here on, fewer runs: one takes minutes. */
const LARGE = 10_000;
const LARGE_RUNS = 2;
const EVERY_MINUTES = 15;

export interface ClustersGrown {
  clusters: number;
  first: Readonly<Record<string, number>>;
  unchanged: Readonly<Record<string, number>>;
  /** US dollars a month, at a run every quarter of an hour. */
  monthly: number;
}

export async function clustersGrown(dynamo: BenchDynamo, bench: Bench): Promise<ClustersGrown[]> {
  const grown: ClustersGrown[] = [];
  for (const clusters of bench.quick ? QUICK_SIZES : SIZES) grown.push(await measure(clusters, dynamo, bench));
  return grown;
}

async function measure(clusters: number, dynamo: BenchDynamo, bench: Bench): Promise<ClustersGrown> {
  const { bundler, node, progress } = bench;
  progress(`scale: ${clusters} clusters`);
  const size = { clusters, jobs: JOBS };
  await using atlas = await BenchAtlas.start(size, bundler);
  await atlas.setLatency(ATLAS_MS);
  await dynamo.setLatency(TABLE_MS);
  const functions = entrants(
    { size, latencyMs: ATLAS_MS, scheme: 'oauth', who: ['functions'] },
    atlas.access,
    dynamo.access,
  );
  const all = functions.map((entrant) => ({ ...entrant, nodeOptions: SMALL_HEAP }));
  const runs = clusters >= LARGE ? Math.min(LARGE_RUNS, bench.runs) : bench.runs;
  const results = await race(all, new Collection(atlas, dynamo), runs, { bundler, node, patienceMs: 1_200_000 });
  const unchanged = resultOf(results, 'functions', 'unchanged');
  if (!unchanged) throw new Error('the functions made no unchanged run');
  const bill = monthlyBill(functionCounts(unchanged), { everyMinutes: EVERY_MINUTES, queue: true });
  const first = medians(resultOf(results, 'functions', 'first'));
  return { clusters, first, unchanged: medians(unchanged), monthly: total(bill) };
}

const medians = (result: Result | undefined): Record<string, number> =>
  Object.fromEntries(Object.keys(result?.spread ?? {}).map((name) => [name, medianOf(result, name) ?? 0]));
