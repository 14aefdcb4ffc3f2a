// bench/cold/cold-start.ts: one measured start

import type { Spread } from '../harness/statistics.ts';
import type { FunctionName } from './cases.ts';

export interface ColdStart {
  node: string;
  who: Who;
  runs: readonly Record<string, number>[];
  /** `wallMs`, `cpuMs`, `rssMb` */
  spread: Record<string, Spread>;
}
/** Bytes of each function's bundle, by package. */

export type Contents = Readonly<Partial<Record<FunctionName, ReadonlyMap<string, number>>>>;

export const EMPTY = 'empty handler';
export type Who = FunctionName | `${FunctionName} floor` | typeof EMPTY;
