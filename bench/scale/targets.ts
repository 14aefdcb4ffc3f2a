// bench/scale/targets.ts holds growth against what may grow.
import type { Target } from '../harness/part.ts';
import type { Grown } from './grown.ts';
import { exponent } from './growth.ts';
import { sizeName } from './list-lengths.ts';
import type { TableGrown } from './table-sizes.ts';

/** Room for rounding to whole pages and units. */
const FLAT = 0.05;
const LINEAR = 1.05;
const MAX_MB = 128;
/** From here on every route has more to show than a page holds: before, more jobs are more items. */
const FULL_PAGES = 10_000;
/** These have to look at all jobs of their period, up to a bound: the rest is to be flat. */
const BOUNDED = new Set(['summary', 'page']);

export const routeGrowth = (table: readonly TableGrown[], route: string, what: 'calls' | 'itemsRead' | 'readUnits') =>
  exponent(
    table.map(({ jobs, asked }) => {
      const { calls = [], itemsRead = 0, readUnits = 0 } = asked[route] ?? {};
      return { x: jobs, y: what === 'calls' ? calls.length : what === 'itemsRead' ? itemsRead : readUnits };
    }),
  );

export function targetsOf({ clusters, table, lists }: Grown): Target[] {
  const targets: Target[] = [];
  const add = (what: string, limit: number, measured: number) => targets.push({ what, limit, measured });
  if (clusters.length > 1) {
    const growth = (of: (row: (typeof clusters)[number]) => number) =>
      exponent(clusters.map((row) => ({ x: row.clusters, y: of(row) })));
    add(
      'clusters: growth of the wall time, unchanged',
      LINEAR,
      growth(({ unchanged }) => unchanged.wallMs ?? 0),
    );
    add(
      'clusters: growth of the CPU time, unchanged',
      LINEAR,
      growth(({ unchanged }) => unchanged.cpuMs ?? 0),
    );
    add('clusters: memory at the most of them, MiB of RSS', MAX_MB, clusters.at(-1)?.unchanged.peakMb ?? 0);
  }
  if (table.length > 1) {
    const names = Object.keys(table[0]?.asked ?? {}).filter((name) => !BOUNDED.has(name));
    const worst = (of: readonly TableGrown[], what: 'calls' | 'itemsRead') =>
      Math.max(...names.map((name) => routeGrowth(of, name, what)));
    add('jobs in the table: growth of requests a read, at most', FLAT, worst(table, 'calls'));
    const full = table.filter(({ jobs }) => jobs >= FULL_PAGES);
    if (full.length > 1) add('jobs in the table: growth of items read, at most', FLAT, worst(full, 'itemsRead'));
  }
  for (const { size, peakMb } of lists) {
    add(`lists, ${sizeName(size)} jobs: MiB of RSS`, MAX_MB, Math.max(...Object.values(peakMb)));
  }
  return targets;
}
