// bench/ledger/cells.ts is which organizations are collected, how far away Atlas is, and by whom.
import type { AtlasAccess } from '../atlas/orders.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { DynamoAccess } from '../dynamo/orders.ts';
import type { Entrant } from '../harness/trial.ts';
import type { Scheme } from '../probe/sign.ts';
import type { LedgerConfig } from './config.ts';

/** From a request to DynamoDB to its answer, in ms. */
export const TABLE_MS = 5;

export interface Cell {
  size: WorldSize;
  /** Atlas's, in ms. */
  latencyMs: number;
  scheme: Scheme;
  /** Which of the entrants. */
  who: readonly Who[];
}

export type Who = 'collector' | 'listing alone' | 'functions' | 'naive';

const WHOLE: readonly Who[] = ['collector', 'listing alone'];
const FAR_MS = 120;
/** Jobs of a cluster where only runs without news are counted: enough for a coverage of full size. */
const QUIET_JOBS = 120;

export const MAIN: Cell = { size: { clusters: 50, jobs: 300 }, latencyMs: FAR_MS, scheme: 'digest', who: WHOLE };
const far = { latencyMs: FAR_MS, scheme: 'oauth' } as const;
const ALL: readonly Cell[] = [
  MAIN,
  // A token outlives the first collection. A digest nonce does only where that takes less than 45 s (functions/atlas/auth/digest.ts):
  // else, with MAIN, the collector is challenged again, and the listing alone is not.
  { ...MAIN, scheme: 'oauth' },
  { ...MAIN, size: { clusters: 10, jobs: 100 }, latencyMs: 20, scheme: 'oauth' },
  { ...far, size: { clusters: 1, jobs: QUIET_JOBS }, who: ['functions'] },
  { ...far, size: { clusters: 25, jobs: QUIET_JOBS }, who: ['functions'] },
  { ...far, size: { clusters: 50, jobs: QUIET_JOBS }, who: ['functions'] },
  { ...far, size: { clusters: 1, jobs: 300 }, who: ['naive'] },
  { ...far, size: { clusters: 25, jobs: 300 }, who: ['naive'] },
];
const QUICK: readonly Cell[] = [{ size: { clusters: 10, jobs: 60 }, latencyMs: FAR_MS, scheme: 'oauth', who: WHOLE }];

/** `50x300 120 ms digest` */
export const nameOf = ({ size: { clusters, jobs }, latencyMs, scheme }: Cell) =>
  `${clusters}x${jobs} ${latencyMs} ms ${scheme}`;

/** @param only words that a cell's name must hold, all of them */
export function cells({ quick, only }: { quick: boolean; only: readonly string[] }): Cell[] {
  const wanted = (cell: Cell) => only.every((word) => nameOf(cell).split(' ').includes(word));
  return (quick ? QUICK : ALL).filter(wanted);
}

const COLLECTED = ['first', 'unchanged', 'full', 'news'] as const;
const ENTRANTS: Record<Who, { file: string; passes: readonly string[]; table: boolean }> = {
  collector: { file: 'collector', passes: COLLECTED, table: true },
  'listing alone': { file: 'collector', passes: COLLECTED, table: false },
  functions: { file: 'lambdas', passes: ['first', 'unchanged'], table: true },
  naive: { file: 'naive', passes: ['every run'], table: true },
};

export const entrants = ({ who, scheme }: Cell, access: AtlasAccess, dynamo: DynamoAccess): Entrant[] =>
  who.map((name) => {
    const { file, passes, table } = ENTRANTS[name];
    const config: LedgerConfig = { access, scheme, ...(table ? { dynamo } : {}) };
    return { name, entry: new URL(`./${file}.ts`, import.meta.url), config, passes };
  });
