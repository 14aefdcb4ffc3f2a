// bench/list/list.ts: all restore jobs of an organization, read by each contender in turn.
import type { AtlasConfig, Scheme } from '../atlas/access.ts';
import { atlasFixture, BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { CollectorConfig } from '../contenders/collector.ts';
import type { Bench } from '../harness/benchmark.ts';
import { median, type Result, race, ratio } from '../harness/race.ts';
import type { Target } from '../harness/table.ts';
import { type Entrant, runTrial } from '../harness/trial.ts';

export interface Case {
  /** `50x300 120 ms digest tls`: clusters x jobs of each, latency, sign-in, and plain HTTP where nothing follows. */
  name: string;
  size: WorldSize;
  latencyMs: number;
  scheme: Scheme;
  tls: boolean;
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
/** Large enough that connections count, and small enough for a whole run. */
const TLS_CLUSTERS: readonly number[] = [50, 200];
/** Processor time alone. */
const NO_LATENCY = '50x300 0 ms digest';
const QUICK: readonly string[] = ['1x2160 120 ms digest', '50x300 120 ms oauth', '50x300 120 ms oauth tls'];

export function cases(quick: boolean): Case[] {
  const all = SIZES.flatMap((size) => [
    ...casesOf(size, 0, false),
    ...casesOf(size, FAR_MS, false),
    ...(TLS_CLUSTERS.includes(size.clusters) ? casesOf(size, FAR_MS, true) : []),
  ]);
  return all.filter(({ name, latencyMs }) => (quick ? QUICK.includes(name) : latencyMs > 0 || name === NO_LATENCY));
}

const casesOf = (size: WorldSize, latencyMs: number, tls: boolean): Case[] =>
  SCHEMES.map((scheme) => {
    const name = `${size.clusters}x${size.jobs} ${latencyMs} ms ${scheme}${tls ? ' tls' : ''}`;
    return { name, size, latencyMs, scheme, tls };
  });

export const LIMIT = 'probe';
const LIMIT_HTTP2 = 'probe, HTTP/2';
const FETCH = 'fetch';
/** The best of these is what ours are compared with. */
const LIMITS = [LIMIT, LIMIT_HTTP2, FETCH];
const CLIENT = 'client';
const COLLECTOR = 'collector';
const PEER = 'mongodb-atlas-api-client';
const MAX_PEER_CLUSTERS = 50;
const FIRST_PASSES = ['cold', 'warm'];
const PROBE_PASSES = [...FIRST_PASSES, 'changed', 'changed at once'];

type EntrantsOptions = Pick<Case, 'scheme' | 'size' | 'tls'>;

export function entrants({ scheme, size, tls }: EntrantsOptions, atlas: BenchAtlas): Entrant[] {
  const config: AtlasConfig = { access: tls ? atlas.secureAccess : atlas.access, scheme };
  // The lists that everybody reads: one a cluster.
  const collector: CollectorConfig = { ...config, ledger: 'memory', kinds: ['dedicated'] };
  const entrant = (name: string, file: string, passes: readonly string[], its: AtlasConfig = config): Entrant => ({
    name,
    entry: new URL(`../contenders/${file}.ts`, import.meta.url),
    config: its,
    passes,
    environment: tls ? atlas.trust : {},
  });
  // Without TLS, nothing would tell a client that the server knows HTTP/2.
  const http2 = tls ? [entrant(LIMIT_HTTP2, 'probe-http2', PROBE_PASSES)] : [];
  // It knows API keys only, and takes minutes where others take a second.
  const hasPeer = scheme === 'digest' && size.clusters <= MAX_PEER_CLUSTERS && !tls;
  return [
    entrant(LIMIT, 'probe', PROBE_PASSES),
    ...http2,
    entrant(FETCH, 'fetch', FIRST_PASSES),
    entrant(CLIENT, 'client', FIRST_PASSES),
    entrant(COLLECTOR, 'collector', [...FIRST_PASSES, 'changed'], collector),
    ...(hasPeer ? [entrant(PEER, PEER, ['cold'])] : []),
  ];
}

/** @throws WrongAnswerError */
export async function listAll(chosen: readonly Case[], { runs, progress }: Omit<Bench, 'quick'>): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of new Set(chosen.map((each) => each.size))) {
    await using atlas = await BenchAtlas.start(size);
    const fixture = atlasFixture(atlas);
    const ofSize = chosen.filter((one) => one.size === size);
    // Not measured: the simulator makes its answers, and the disk has the bundles.
    const once = entrants({ scheme: 'oauth', size, tls: ofSize.some(({ tls }) => tls) }, atlas);
    for (const entrant of once) await runTrial(entrant, fixture);
    for (const each of ofSize) {
      progress(each.name);
      await atlas.call.setLatency(each.latencyMs);
      results.push(...(await race(each.name, entrants(each, atlas), runs, (one) => runTrial(one, fixture))));
    }
  }
  return results;
}

const MAX_WALL = 1.15;
const MAX_CPU = 2;
const MAX_CHANGED_WALL = 1.1;

/** Of the client and the collector, where Atlas is far away: by whoever of the others is the first to have read everything. */
export function targets(results: readonly Result[]): Target[] {
  const far = results.filter((each) => each.case.includes(` ${FAR_MS} ms `));
  return far
    .filter(({ contender }) => contender === CLIENT || contender === COLLECTOR)
    .flatMap((result) => {
      const best = bestBeside(result, results);
      if (best === undefined) return [];
      const target = (what: string, number: string, limit: number): Target[] => {
        const measured = ratio(results, result, best, number);
        const name = `${result.case}, ${result.contender}, ${result.pass}: ${what}, by ${best}`;
        return measured === undefined ? [] : [{ what: name, limit, measured }];
      };
      if (result.pass === 'changed') return target('wall', 'wallMs', MAX_CHANGED_WALL);
      return [...target('wall', 'wallMs', MAX_WALL), ...target('CPU', 'cpuMs', MAX_CPU)];
    });
}

/** In wall time, of the same case and pass. */
function bestBeside({ case: name, pass }: Result, results: readonly Result[]): string | undefined {
  const wallMs = (who: string) => median(results, name, who, pass, 'wallMs') ?? Number.POSITIVE_INFINITY;
  const [best] = LIMITS.filter((who) => Number.isFinite(wallMs(who))).sort((a, b) => wallMs(a) - wallMs(b));
  return best;
}
