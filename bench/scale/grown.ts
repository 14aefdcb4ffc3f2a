// bench/scale/grown.ts: measurements at several sizes

import type { ClustersGrown } from './clusters.ts';
import type { ListGrown } from './list-lengths.ts';
import type { Simulated } from './scenarios.ts';
import type { TableGrown } from './table-sizes.ts';

export interface Grown {
  clusters: readonly ClustersGrown[];
  table: readonly TableGrown[];
  lists: readonly ListGrown[];
  passes: readonly Simulated[];
}
