// bench/list/cells.ts is which worlds are listed, how far away they are, and by whom.
import type { AtlasAccess } from '../atlas/orders.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { ListConfig } from '../contenders/config.ts';
import type { Entrant } from '../harness/trial.ts';
import type { Scheme } from '../probe/sign.ts';

/** One row of the matrix. */
export interface Cell {
  size: WorldSize;
  /** From a request to its answer. */
  latencyMs: number;
  scheme: Scheme;
  field: Field;
}

/** Who runs. `two`: probe and collector alone. `ours`: a probe of 64 connections and the client, too. `all`: also what others use. */
export type Field = 'two' | 'ours' | 'all';

/** The target's own: far enough away that round trips are what counts. */
export const FAR_MS = 120;
const NEAR_MS = 20;
const LATENCIES = [0, NEAR_MS, FAR_MS] as const;
const SCHEMES = ['digest', 'oauth'] as const;

const [ONE, FIFTY] = [
  { clusters: 1, jobs: 2_160 },
  { clusters: 50, jobs: 300 },
];
interface World {
  size: WorldSize;
  field(latencyMs: number): Field;
}

/** Peers take seconds to minutes where the probe takes tenths, so they run where it shows best. */
const WORLDS: readonly World[] = [
  { size: ONE, field: () => 'all' },
  { size: FIFTY, field: (latencyMs) => (latencyMs === NEAR_MS ? 'ours' : 'all') },
  { size: { clusters: 200, jobs: 100 }, field: () => 'two' },
  { size: { clusters: 1_000, jobs: 20 }, field: () => 'two' },
];

const ALL: readonly Cell[] = WORLDS.flatMap(({ size, field }) =>
  LATENCIES.flatMap((latencyMs) => SCHEMES.map((scheme) => ({ size, latencyMs, scheme, field: field(latencyMs) }))),
);

const QUICK: readonly Cell[] = [
  { size: ONE, latencyMs: 0, scheme: 'digest', field: 'all' },
  { size: ONE, latencyMs: FAR_MS, scheme: 'digest', field: 'two' },
  { size: FIFTY, latencyMs: FAR_MS, scheme: 'oauth', field: 'two' },
];

/** `50x300 120 ms digest` */
export const nameOf = ({ size: { clusters, jobs }, latencyMs, scheme }: Cell) =>
  `${clusters}x${jobs} ${latencyMs} ms ${scheme}`;

/** @param only words that a cell's name must hold, all of them */
export function cells({ quick, only }: { quick: boolean; only: readonly string[] }): Cell[] {
  const wanted = (cell: Cell) => only.every((word) => nameOf(cell).split(' ').includes(word));
  return (quick ? QUICK : ALL).filter(wanted);
}

export const LIMIT = 'probe';
export const COLLECTOR = 'collector';
export const FIRST_PASSES = ['cold', 'warm'] as const;

interface Kind {
  name: string;
  folder: 'contenders' | 'peers';
  file: string;
  passes: readonly string[];
  connections?: number;
}

const OURS: readonly Kind[] = [
  { name: LIMIT, folder: 'contenders', file: 'probe', passes: [...FIRST_PASSES, 'steady', 'steady at once'] },
  { name: 'probe, 64', folder: 'contenders', file: 'probe', passes: FIRST_PASSES, connections: 64 },
  { name: 'client alone', folder: 'contenders', file: 'client', passes: FIRST_PASSES },
  { name: COLLECTOR, folder: 'contenders', file: 'collector', passes: [...FIRST_PASSES, 'steady'] },
];

const PLAIN: Kind = { name: 'fetch', folder: 'peers', file: 'fetch', passes: ['cold'] };
/** These know API keys only. */
const DIGEST_ONLY: readonly Kind[] = ['digest-fetch', 'urllib', 'mongodb-atlas-api-client'].map((file) => ({
  name: file,
  folder: 'peers',
  file,
  passes: ['cold'],
}));

export function entrants({ scheme, field }: Cell, access: AtlasAccess): Entrant[] {
  return kindsIn(field, scheme).map(({ name, folder, file, passes, connections }) => {
    const config: ListConfig = { access, scheme, ...(connections === undefined ? {} : { connections }) };
    return { name, entry: new URL(`../${folder}/${file}.ts`, import.meta.url), config, passes };
  });
}

function kindsIn(field: Field, scheme: Scheme): readonly Kind[] {
  if (field === 'two') return OURS.filter(({ name }) => name === LIMIT || name === COLLECTOR);
  if (field === 'ours') return OURS;
  return [...OURS, PLAIN, ...(scheme === 'digest' ? DIGEST_ONLY : [])];
}
