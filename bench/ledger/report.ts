// bench/ledger/report.ts writes what was collected as the section of docs/performance.md.
import { type Column, markdownTable } from '../harness/markdown.ts';
import type { Target } from '../harness/part.ts';
import type { Result } from '../harness/race.ts';
import { targetTable } from '../harness/targets.ts';
import { between, number } from '../harness/words.ts';
import { nameOf, TABLE_MS } from './cells.ts';
import type { Collected } from './collected.ts';
import { type CostRow, costRows, EVERY_MINUTES } from './costs.ts';
import { type Bill, total } from './prices.ts';
import { medianOf } from './targets.ts';

interface Row {
  name: string;
  result: Result;
}

const count = (title: string, name: string): Column<Row> => ({
  title,
  cell: ({ result }) => number(medianOf(result, name)),
  align: 'right',
});

const COLUMNS: readonly Column<Row>[] = [
  { title: 'clusters x jobs, Atlas, sign-in', cell: ({ name }) => name },
  { title: 'who', cell: ({ result }) => result.entrant },
  { title: 'pass', cell: ({ result }) => result.pass },
  { title: 'wall, ms', cell: ({ result }) => between(result.spread.wallMs), align: 'right' },
  { title: 'CPU, ms', cell: ({ result }) => between(result.spread.cpuMs), align: 'right' },
  count('RSS, MiB', 'peakMb'),
  count('to Atlas', 'atlasRequests'),
  count('to the table', 'tableRequests'),
  count('read units', 'readUnits'),
  count('write units', 'writeUnits'),
  count('of indexes', 'indexWriteUnits'),
  count('job writes', 'jobWrites'),
];

const dollars = (value: number) => value.toFixed(value < 1_000 ? 2 : 0);
const part = (title: string, of: (bill: Bill) => number): Column<CostRow> => ({
  title,
  cell: ({ ours }) => dollars(of(ours)),
  align: 'right',
});
const COST_COLUMNS: readonly Column<CostRow>[] = [
  { title: 'clusters', cell: ({ clusters }) => clusters.toLocaleString('en'), align: 'right' },
  part('DynamoDB', ({ dynamodb }) => dynamodb),
  part('Lambda', ({ lambda }) => lambda),
  part('queue', ({ queue }) => queue),
  part('logs', ({ logs }) => logs),
  part('in all', total),
  { title: 'naive', cell: ({ naive }) => dollars(total(naive)), align: 'right' },
  { title: 'times', cell: ({ ours, naive }) => (total(naive) / total(ours)).toFixed(1), align: 'right' },
];

export function report(
  collected: readonly Collected[],
  targets: readonly Target[],
  { runs }: { runs: number },
): string {
  const rows = collected.flatMap(({ cell, results }) =>
    results.filter(({ pass }) => pass !== 'load').map((result) => ({ name: nameOf(cell), result })),
  );
  const costs = costRows(collected);
  return [
    '## Whole collections',
    INTRODUCTION,
    `Medians of ${runs} runs, with the least and the most.`,
    ...(targets.length > 0 ? ['### Targets', targetTable(targets)] : []),
    '### Everything measured',
    markdownTable(COLUMNS, rows),
    ...(costs.length > 0 ? ['### What a month costs', COSTS, markdownTable(COST_COLUMNS, costs)] : []),
  ].join('\n\n');
}

const INTRODUCTION = `Restore jobs of all kinds are collected into a table: dynalite in a process of its own, which answers after ${TABLE_MS} ms and counts
units by DynamoDB's rules, those of the indexes and of refused writes included. After each pass the table has to hold exactly what Atlas has.

- **first**: nothing is known. **unchanged**: again, nothing has happened. **full**: again, every list to its end, as once a day.
  **news**: again, after a restore in every tenth cluster.
- **collector**: \`runLocally\` over \`tableLedger\`. **listing alone**: the same over a ledger in memory that writes nothing, and names nobody.
  **functions**: plan, then one order after the other, as a warm sandbox of Lambda carries them out. **naive**: all pages in sequence, 100
  jobs each, and every job put by BatchWrite in each run, into a table without indexes.`;

const COSTS = `US dollars at a run every ${EVERY_MINUTES} minutes, 25 clusters a project, 300 jobs a cluster, nothing new, from the units, requests and milliseconds
above; larger sizes follow from what one project more costs. Prices of us-east-1 without free tiers. What every size pays alike is left out:
metrics, alarms, the secret (docs/cost.md). Lambda: 512 MB for collect and for the naive one, at ${'120 ms'} from Atlas; the daily reading to the end of
all lists is in it with its units. A naive Lambda would have to be divided from about 500 clusters on, as it would run for more than 15 minutes.`;
