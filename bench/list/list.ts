// bench/list/list.ts: all restore jobs of an organization, read by each contender in turn.
import type { AtlasAccess, AtlasConfig, Scheme } from '../atlas/access.ts';
import { atlasFixture, BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { CollectorConfig } from '../contenders/collector.ts';
import type { Bench } from '../harness/benchmark.ts';
import { type Result, race, ratio } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { type Entrant, runTrial } from '../harness/trial.ts';

export interface Case {
  /** `50x300 120 ms digest`: clusters x jobs of each, latency, sign-in. */
  name: string;
  size: WorldSize;
  latencyMs: number;
  scheme: Scheme;
}

/** Far enough away that round trips are what counts. */
const FAR_MS = 120;
const SCHEMES = ['digest', 'oauth'] as const;
const SIZES: readonly WorldSize[] = [
  { clusters: 1, jobs: 2_160 },
  { clusters: 50, jobs: 300 },
  { clusters: 200, jobs: 100 },
  { clusters: 1_000, jobs: 20 },
];
/** Processor time alone. */
const NO_LATENCY = '50x300 0 ms digest';
const QUICK: readonly string[] = ['1x2160 120 ms digest', '50x300 120 ms oauth'];

export function cases(quick: boolean): Case[] {
  const all = SIZES.flatMap((size) =>
    [0, FAR_MS].flatMap((latencyMs) =>
      SCHEMES.map((scheme) => {
        return { name: `${size.clusters}x${size.jobs} ${latencyMs} ms ${scheme}`, size, latencyMs, scheme };
      }),
    ),
  );
  return all.filter(({ name, latencyMs }) => (quick ? QUICK.includes(name) : latencyMs > 0 || name === NO_LATENCY));
}

export const LIMIT = 'probe';
const COLLECTOR = 'collector';
const PEER = 'mongodb-atlas-api-client';
const MAX_PEER_CLUSTERS = 50;
const FIRST_PASSES = ['cold', 'warm'];

export function entrants({ scheme, size }: Pick<Case, 'scheme' | 'size'>, access: AtlasAccess): Entrant[] {
  const config: AtlasConfig = { access, scheme };
  // The lists that everybody reads: one a cluster.
  const collector: CollectorConfig = { ...config, ledger: 'memory', kinds: ['dedicated'] };
  const entry = (file: string) => new URL(`../contenders/${file}.ts`, import.meta.url);
  const all: Entrant[] = [
    { name: LIMIT, entry: entry('probe'), config, passes: [...FIRST_PASSES, 'changed', 'changed at once'] },
    { name: 'fetch', entry: entry('fetch'), config, passes: FIRST_PASSES },
    { name: 'client', entry: entry('client'), config, passes: FIRST_PASSES },
    { name: COLLECTOR, entry: entry('collector'), config: collector, passes: [...FIRST_PASSES, 'changed'] },
  ];
  // It knows API keys only, and takes minutes where others take a second.
  if (scheme === 'digest' && size.clusters <= MAX_PEER_CLUSTERS) {
    all.push({ name: PEER, entry: entry(PEER), config, passes: ['cold'] });
  }
  return all;
}

/** @throws WrongAnswerError */
export async function listAll(chosen: readonly Case[], { runs, progress }: Omit<Bench, 'quick'>): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of new Set(chosen.map((each) => each.size))) {
    await using atlas = await BenchAtlas.start(size);
    const fixture = atlasFixture(atlas);
    // Not measured: the simulator makes its answers, and the disk has the bundles.
    for (const entrant of entrants({ scheme: 'oauth', size }, atlas.access)) await runTrial(entrant, fixture);
    for (const each of chosen.filter((one) => one.size === size)) {
      progress(each.name);
      await atlas.call.setLatency(each.latencyMs);
      results.push(...(await race(each.name, entrants(each, atlas.access), runs, (one) => runTrial(one, fixture))));
    }
  }
  return results;
}

const MAX_WALL = 1.15;
const MAX_CPU = 2;
const MAX_CHANGED_WALL = 1.1;

/** Of the collector, where Atlas is far away. */
export function targets(results: readonly Result[]): Target[] {
  const far = results.filter((each) => each.contender === COLLECTOR && each.case.includes(` ${FAR_MS} ms `));
  return far.flatMap((result) => {
    const target = (what: string, number: string, limit: number): Target[] => {
      const measured = ratio(results, result, LIMIT, number);
      return measured === undefined ? [] : [{ what: `${result.case}, ${result.pass}: ${what}`, limit, measured }];
    };
    if (result.pass === 'changed') return target('wall', 'wallMs', MAX_CHANGED_WALL);
    return [...target('wall', 'wallMs', MAX_WALL), ...target('CPU', 'cpuMs', MAX_CPU)];
  });
}
