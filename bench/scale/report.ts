// bench/scale/report.ts writes how things grew as the section of docs/performance.md.
import { type Column, markdownTable } from '../harness/markdown.ts';
import type { Bench, Target } from '../harness/part.ts';
import { targetTable } from '../harness/targets.ts';
import { number } from '../harness/words.ts';
import type { ClustersGrown } from './clusters.ts';
import type { Grown } from './grown.ts';
import { exponent } from './growth.ts';
import { type ListGrown, sizeName } from './list-lengths.ts';
import type { Simulated } from './scenarios.ts';
import type { TableGrown } from './table-sizes.ts';
import { routeGrowth } from './targets.ts';

export function report(grown: Grown, targets: readonly Target[], { runs }: Bench): string {
  return [
    '## Scale',
    introduction(runs),
    ...(targets.length > 0 ? ['### Targets', targetTable(targets)] : []),
    ...(grown.clusters.length > 1 ? ['### With the number of clusters', CLUSTERS, clustersTable(grown.clusters)] : []),
    ...(grown.table.length > 1 ? ['### With the number of jobs in the table', TABLE, tableTable(grown.table)] : []),
    ...(grown.lists.length > 1 ? ['### With the length of lists', LISTS, listsTable(grown.lists)] : []),
    ...(grown.passes.length > 0
      ? ['### A hundred thousand clusters, simulated', PASSES, passesTable(grown.passes)]
      : []),
  ].join('\n\n');
}

const introduction = (
  runs: number,
) => `Growth is the exponent b of y = a · x^b: 0 is flat, 1 is linear. Medians of ${runs} runs; at 10,000 clusters of 2. Counts are the
same in each run.`;

interface GrowthRow {
  what: string;
  /** By size. */
  values: readonly number[];
  growth: number;
  digits: number;
}

const growthTable = (sizes: readonly number[], rows: readonly GrowthRow[]): string =>
  markdownTable<GrowthRow>(
    [
      { title: '', cell: ({ what }) => what },
      ...sizes.map((size, at): Column<GrowthRow> => {
        const cell = ({ values, digits }: GrowthRow) => number(values[at], digits);
        return { title: size.toLocaleString('en'), cell, align: 'right' };
      }),
      { title: 'growth', cell: ({ growth }) => number(growth, 2), align: 'right' },
    ],
    rows,
  );

const CLUSTERS = `Lists of one job, Atlas at 20 ms, the table at 5 ms; plan, and then every order one after the other in one warm process, as one sandbox of
Lambda carries them out (bench:ledger, **functions**), with the heap of a function of 128 MB, which takes 10 to 20 % more CPU than one
of 512. Dollars a month at a run every 15 minutes, with nothing new.`;

function clustersTable(clusters: readonly ClustersGrown[]): string {
  const row = (what: string, of: (each: ClustersGrown) => number | undefined, digits = 0): GrowthRow => {
    const values = clusters.map((each) => of(each) ?? 0);
    return {
      what,
      values,
      digits,
      growth: exponent(clusters.map((each, at) => ({ x: each.clusters, y: values[at] ?? 0 }))),
    };
  };
  const sizes = clusters.map((each) => each.clusters);
  return growthTable(sizes, [
    row('first: wall, ms', ({ first }) => first.wallMs),
    row('first: CPU, ms', ({ first }) => first.cpuMs),
    row('unchanged: wall, ms', ({ unchanged }) => unchanged.wallMs),
    row('unchanged: CPU, ms', ({ unchanged }) => unchanged.cpuMs),
    row('unchanged: requests to Atlas', ({ unchanged }) => unchanged.atlasRequests),
    row('unchanged: requests to the table', ({ unchanged }) => unchanged.tableRequests),
    row('unchanged: read units', ({ unchanged }) => unchanged.readUnits),
    row('unchanged: write units', ({ unchanged }) => unchanged.writeUnits),
    row('unchanged: job writes', ({ unchanged }) => unchanged.jobWrites),
    row('memory: MiB of RSS', ({ unchanged }) => unchanged.peakMb),
    row('dollars a month', ({ monthly }) => monthly, 2),
  ]);
}

const TABLE = `What one call of each route of the API asks of a table with so many jobs, spread over 600 days and 100 clusters. \`summary\` and \`page\` count the
restores of 30 days, so they grow with these up to a bound of 10,000 (50 requests); all others are to be flat, once there are enough jobs to fill a page.
Few jobs take more requests, not fewer: the feed is read month by month until the page is full. Past 10,000 jobs dynalite keeps its table on disk.`;

function tableTable(table: readonly TableGrown[]): string {
  const sizes = table.map(({ jobs }) => jobs);
  const rows = Object.keys(table[0]?.asked ?? {}).flatMap((name): GrowthRow[] => {
    const values = (what: 'calls' | 'itemsRead') =>
      table.map(({ asked }) => (what === 'calls' ? (asked[name]?.calls.length ?? 0) : (asked[name]?.itemsRead ?? 0)));
    return (['calls', 'itemsRead'] as const).map((what) => ({
      what: `${name}: ${what === 'calls' ? 'requests' : 'items read'}`,
      values: values(what),
      growth: routeGrowth(table, name, what),
      digits: 0,
    }));
  });
  return growthTable(sizes, rows);
}

const LISTS = `One project, clusters x jobs, collected by a process with the heap that the stack gives a function of 128 MB (docs/decisions/0020-memory.md; by
default the function has 512, for the processor that comes with them), and code as bundled for a deployment. RSS is everything: Node, code, heap and buffers.
What grows with a list is an id and a fingerprint a job while it is read to its end; jobs themselves are in memory a page a list.`;

const listsTable = (lists: readonly ListGrown[]): string =>
  markdownTable<ListGrown>(
    [
      { title: 'clusters x jobs', cell: ({ size }) => sizeName(size) },
      ...(['first', 'unchanged', 'full'] as const).map((pass): Column<ListGrown> => {
        return { title: `RSS after ${pass}, MiB`, cell: ({ peakMb }) => number(peakMb[pass]), align: 'right' };
      }),
    ],
    lists,
  );

const PASSES = `One run over 100,000 clusters in 4,000 projects (and one project of 25 clusters with 50,000 jobs each), simulated request by request with Atlas's
documented buckets, the collector's own parallelism, Lambda's growth, and the CPU time that bench:ledger measured on the share of a core that the memory
buys. **set by**: the limit without which the run would be shortest, and how long it would then take. Buckets of restore jobs are a project's own, so they
never bind where lists are short. A service account has 100 live tokens at most, and each sandbox takes one. An index partition takes 1,000 write units a
second until DynamoDB splits it: all completed jobs are in one of the index by status, and a new job is written twice.`;

const seconds = (value: number) => (value < 600 ? `${number(value)} s` : `${number(value / 60)} min`);

const passesTable = (passes: readonly Simulated[]): string =>
  markdownTable<Simulated>(
    [
      { title: 'clusters', cell: ({ scenario }) => scenario.clusters.toLocaleString('en'), align: 'right' },
      { title: 'jobs each', cell: ({ scenario }) => scenario.jobs.toLocaleString('en'), align: 'right' },
      { title: 'pass', cell: ({ scenario }) => scenario.pass },
      { title: 'concurrency', cell: ({ scenario }) => String(scenario.concurrency), align: 'right' },
      { title: 'memory, MB', cell: ({ scenario }) => String(scenario.memoryMb ?? 512), align: 'right' },
      { title: 'sign-in', cell: ({ scenario }) => (scenario.signIn === 'apiKey' ? 'API key' : 'service account') },
      { title: 'sandboxes', cell: ({ pass }) => String(pass.sandboxes), align: 'right' },
      { title: 'to Atlas', cell: ({ pass }) => pass.atlasRequests.toLocaleString('en'), align: 'right' },
      { title: 'waited', cell: ({ pass }) => pass.requestsWaited.toLocaleString('en'), align: 'right' },
      { title: 'takes', cell: ({ pass }) => seconds(pass.seconds), align: 'right' },
      { title: 'set by', cell: ({ pass }) => pass.setBy },
      { title: 'without it', cell: ({ pass }) => seconds(pass.withoutIt), align: 'right' },
    ],
    passes,
  );
