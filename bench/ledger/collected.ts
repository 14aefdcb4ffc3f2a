// bench/ledger/collected.ts: one measured collection

import type { Result } from '../harness/race.ts';
import type { Cell } from './cells.ts';

export interface Collected {
  cell: Cell;
  results: readonly Result[];
  /** What one read of each project's coverage costs, in units. */
  coverageUnits: number;
}
