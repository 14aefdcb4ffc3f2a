// bench/list/listed.ts: one measured listing

import type { Result } from '../harness/race.ts';
import type { Cell } from './cells.ts';

export interface Listed {
  cell: Cell;
  results: readonly Result[];
}
