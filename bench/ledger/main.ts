// bench/ledger/main.ts: the command `npm run bench:ledger`.

import { join } from 'node:path';
import type { AtlasAccess } from '../atlas/access.ts';
import { atlasFixture, BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { CollectorConfig } from '../contenders/collector.ts';
import { BenchDynamo } from '../dynamo/dynamo.ts';
import { type Bench, benchmark } from '../harness/benchmark.ts';
import { temporaryFolder } from '../harness/cleanup.ts';
import { type Result, race, ratio } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { TIME_COLUMNS } from '../harness/table.ts';
import { type Entrant, runTrial } from '../harness/trial.ts';

interface Case {
  /** `50x300 120 ms`: clusters x jobs of each, Atlas's latency. */
  name: string;
  size: WorldSize;
  latencyMs: number;
}

const CASES: readonly Case[] = [
  { name: '50x300 120 ms', size: { clusters: 50, jobs: 300 }, latencyMs: 120 },
  { name: '10x100 20 ms', size: { clusters: 10, jobs: 100 }, latencyMs: 20 },
];
const QUICK: readonly Case[] = [{ name: '10x60 120 ms', size: { clusters: 10, jobs: 60 }, latencyMs: 120 }];

const LISTING = 'listing alone';
const SQLITE = 'collector, SQLite';
const DYNAMODB = 'collector, DynamoDB';
/** From a request to DynamoDB to its answer. */
const TABLE_MS = 5;
const MAX_UNCHANGED_WALL = 1.2;

function entrants(access: AtlasAccess, dataDir: string, dynamo: BenchDynamo): Entrant[] {
  const entrant = (name: string, ledger: CollectorConfig['ledger']): Entrant => {
    const config: CollectorConfig = { access, scheme: 'oauth', ledger };
    const passes = ['cold', 'unchanged', 'full', 'changed'];
    return { name, entry: new URL('../contenders/collector.ts', import.meta.url), config, passes };
  };
  return [
    entrant(LISTING, 'memory'),
    entrant(SQLITE, { sqlite: dataDir }),
    entrant(DYNAMODB, { dynamo: dynamo.access }),
  ];
}

async function run(cases: readonly Case[], { runs, progress }: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const dataDir = join(temporaryFolder(), 'ledger');
  await using dynamo = await BenchDynamo.start();
  for (const { name, size, latencyMs } of cases) {
    progress(name);
    await using atlas = await BenchAtlas.start(size);
    const fixture = atlasFixture(atlas, dynamo);
    const all = entrants(atlas.access, dataDir, dynamo);
    await dynamo.call.setLatency(0);
    // Not measured: the simulator makes its answers, and the disk has the bundles.
    for (const entrant of all) await runTrial(entrant, fixture);
    await atlas.call.setLatency(latencyMs);
    await dynamo.call.setLatency(TABLE_MS);
    results.push(...(await race(name, all, runs, (entrant) => runTrial(entrant, fixture))));
  }
  return results;
}

const targets = (results: readonly Result[]): Target[] =>
  results.flatMap((result) => {
    if (result.contender === LISTING || result.pass !== 'unchanged') return [];
    const measured = ratio(results, result, LISTING, 'wallMs') ?? Number.NaN;
    return [
      {
        what: `${result.case}, ${result.contender}, unchanged: wall, by the listing alone`,
        limit: MAX_UNCHANGED_WALL,
        measured,
      },
    ];
  });

await benchmark({
  name: 'bench:ledger',
  description:
    "Collects into the command line's embedded ledger and into DynamoDB, beside the same collection into memory.",
  cases: (quick) => (quick ? QUICK : CASES),
  run,
  baseline: LISTING,
  targets,
  columns: [
    ...TIME_COLUMNS,
    { title: 'to Atlas', number: 'atlasRequests' },
    { title: 'to DynamoDB', number: 'tableRequests' },
    { title: 'RSS, MiB', number: 'rssMb' },
  ],
});
