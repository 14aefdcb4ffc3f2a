// bench/ledger/ledger.ts: collections into each ledger, beside the same reading and the same writes alone.
import { join } from 'node:path';
import type { AtlasAccess } from '../atlas/access.ts';
import { atlasFixture, BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { CollectorConfig } from '../contenders/collector.ts';
import type { DurableLedger } from '../contenders/ledgers.ts';
import type { WriterConfig } from '../contenders/writer.ts';
import { BenchDynamo } from '../dynamo/dynamo.ts';
import type { Bench } from '../harness/benchmark.ts';
import { temporaryFolder } from '../harness/cleanup.ts';
import { median, type Result, race } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { type Entrant, runTrial } from '../harness/trial.ts';

export interface Case {
  /** `50x300 120 ms`: clusters x jobs of each, Atlas's latency. */
  name: string;
  size: WorldSize;
  latencyMs: number;
  /** Takes minutes. @default false */
  large?: boolean;
}

const CASES: readonly Case[] = [
  { name: '50x300 120 ms', size: { clusters: 50, jobs: 300 }, latencyMs: 120 },
  { name: '10x100 20 ms', size: { clusters: 10, jobs: 100 }, latencyMs: 20 },
];
const QUICK: readonly Case[] = [{ name: '10x60 120 ms', size: { clusters: 10, jobs: 60 }, latencyMs: 120 }];
const LARGE: Case = {
  name: '200x500 120 ms 100000 jobs',
  size: { clusters: 200, jobs: 500 },
  latencyMs: 120,
  large: true,
};
const LARGE_RUNS = 2;

export const cases = (quick: boolean, large: boolean): readonly Case[] => [
  ...(quick ? QUICK : CASES),
  ...(large ? [LARGE] : []),
];

export const LISTING = 'listing alone';
const ENGINES = ['SQLite', 'DynamoDB'] as const;
const collectorOf = (engine: string) => `collector, ${engine}`;
const writingOf = (engine: string) => `writing alone, ${engine}`;
const FIRST = 'cold';
/** From a request to DynamoDB to its answer. */
const TABLE_MS = 5;

interface Places {
  access: AtlasAccess;
  folder: string;
  dynamo: BenchDynamo;
}

export function entrants({ large = false }: Pick<Case, 'large'>, { access, folder, dynamo }: Places): Entrant[] {
  const atlas = { access, scheme: 'oauth' } as const;
  const collector = (name: string, ledger: CollectorConfig['ledger']): Entrant => {
    const config: CollectorConfig = { ...atlas, ledger };
    const passes = [FIRST, 'unchanged', 'full', 'changed'];
    return { name, entry: new URL('../contenders/collector.ts', import.meta.url), config, passes };
  };
  const writer = (name: string, ledger: DurableLedger): Entrant => {
    const config: WriterConfig = { ...atlas, ledger, scratch: join(folder, 'scratch') };
    return { name, entry: new URL('../contenders/writer.ts', import.meta.url), config, passes: [FIRST] };
  };
  const ledgers = { SQLite: { sqlite: join(folder, 'ledger') }, DynamoDB: { dynamo: dynamo.access } };
  // Every write into dynalite takes milliseconds.
  const engines = ENGINES.filter((engine) => engine !== 'DynamoDB' || !large || dynamo.isExternal);
  return [
    collector(LISTING, 'memory'),
    ...engines.flatMap((engine) => [
      collector(collectorOf(engine), ledgers[engine]),
      // As many writes at once as that are, for minutes, make DynamoDB Local give up on its own locks, which the service never does.
      ...(large && engine === 'DynamoDB' ? [] : [writer(writingOf(engine), ledgers[engine])]),
    ]),
  ];
}

/** @throws WrongAnswerError */
export async function collectAll(chosen: readonly Case[], { runs, progress }: Omit<Bench, 'quick'>): Promise<Result[]> {
  const results: Result[] = [];
  const folder = temporaryFolder();
  await using dynamo = await BenchDynamo.start();
  for (const each of chosen) {
    progress(each.name);
    await using atlas = await BenchAtlas.start(each.size);
    const fixture = atlasFixture(atlas, dynamo);
    const all = entrants(each, { access: atlas.access, folder, dynamo });
    await dynamo.call.setLatency(0);
    // Not measured: the simulator makes its answers, and the disk has the bundles.
    for (const entrant of each.large ? all.slice(0, 1) : all) await runTrial(entrant, fixture);
    await atlas.call.setLatency(each.latencyMs);
    await dynamo.call.setLatency(TABLE_MS);
    const rounds = each.large ? Math.min(LARGE_RUNS, runs) : runs;
    results.push(...(await race(each.name, all, rounds, (entrant) => runTrial(entrant, fixture))));
  }
  return results;
}

const MAX_WALL = 1.2;

/** Reading and writing should overlap, so that a first collection takes hardly longer than the slower of the two. */
export function targets(results: readonly Result[]): Target[] {
  return [...new Set(results.map((result) => result.case))].flatMap((name) =>
    ENGINES.flatMap((engine) => {
      const wallMs = (who: string, pass: string) => median(results, name, who, pass, 'wallMs');
      const target = (pass: string, by: string, limits: readonly (number | undefined)[]): Target[] => {
        const its = wallMs(collectorOf(engine), pass);
        const limit = Math.max(...limits.map((ms) => ms ?? Number.NaN));
        const what = `${name}, ${collectorOf(engine)}, ${pass}: wall, by ${by}`;
        return its === undefined || !(limit > 0) ? [] : [{ what, limit: MAX_WALL, measured: its / limit }];
      };
      const first = [wallMs(LISTING, FIRST), wallMs(writingOf(engine), FIRST)];
      return [
        ...target(FIRST, 'the slower of listing and writing alone', first),
        ...target('unchanged', 'the listing alone', [wallMs(LISTING, 'unchanged')]),
      ];
    }),
  );
}
