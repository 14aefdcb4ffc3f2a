// bench/api/report.ts writes what was answered as the section of docs/performance.md.
import { type Column, markdownTable } from '../harness/markdown.ts';
import type { Bench, Target } from '../harness/part.ts';
import { targetTable } from '../harness/targets.ts';
import { between, number } from '../harness/words.ts';
import { type Answered, TABLE_MS } from './answered.ts';
import type { Route } from './routes.ts';
import { medianOf } from './targets.ts';

export function report(answered: Answered, targets: readonly Target[], { runs }: Bench): string {
  const { load, routes } = answered;
  return [
    '## The API',
    introduction(load),
    `Medians of ${runs} runs, with the least and the most.`,
    '### Targets',
    targetTable(targets),
    '### Everything measured',
    markdownTable(columns(answered), routes),
  ].join('\n\n');
}

const columns = ({ asked, results }: Answered): Column<Route>[] => {
  const of = (entrant: string, { name }: Route) =>
    results.find((result) => result.entrant === entrant && result.pass === name)?.spread;
  const median = (entrant: string, { name }: Route, what: string) => medianOf(results, entrant, name, what);
  return [
    { title: 'route', cell: ({ name }) => name },
    { title: 'requests', cell: ({ name }) => number(asked[name]?.calls.length), align: 'right' },
    { title: 'in turn', cell: ({ name }) => number(turns(asked[name]?.calls ?? [])), align: 'right' },
    { title: 'items read', cell: ({ name }) => number(asked[name]?.itemsRead), align: 'right' },
    { title: 'read units', cell: ({ name }) => number(asked[name]?.readUnits, 1), align: 'right' },
    { title: 'handler, p50 ms', cell: (route) => between(of('handler', route)?.p50Ms, 1), align: 'right' },
    { title: 'bare, p50 ms', cell: (route) => between(of('bare', route)?.p50Ms, 1), align: 'right' },
    { title: 'handler, CPU ms', cell: (route) => number(median('handler', route, 'callCpuMs'), 1), align: 'right' },
    { title: 'bare, CPU ms', cell: (route) => number(median('bare', route, 'callCpuMs'), 1), align: 'right' },
  ];
};

const turns = (calls: readonly { wave: number }[]) => new Set(calls.map(({ wave }) => wave)).size;

const introduction = ({
  jobs,
  clusters,
  runs,
}: Answered['load']) => `GET of each route, by the function's own handler with events of API Gateway,
one call after the other in a warm process; the table holds ${jobs.toLocaleString('en')} jobs of ${clusters} clusters and ${runs ?? 0} runs, and answers after ${TABLE_MS} ms.
**bare** makes the very same requests with \`@aws-sdk/client-dynamodb\`, at once where the handler makes them at once, and does nothing
with the answers. An answer without exactly the ids it should hold fails the bench. POST /runs is left out: it is a write and a call of Lambda.`;
