// bench/cold/report.ts writes what starts took as the section of docs/performance.md.
import { type Column, markdownTable } from '../harness/markdown.ts';
import type { Target } from '../harness/part.ts';
import { targetTable } from '../harness/targets.ts';
import { between, number } from '../harness/words.ts';
import type { FunctionName } from './cases.ts';
import { type ColdStart, type Contents, EMPTY } from './cold-start.ts';
import { byFloor } from './targets.ts';

export function report(starts: readonly ColdStart[], targets: readonly Target[], contents: Contents): string {
  const names = Object.keys(contents) as FunctionName[];
  return [
    '## Cold starts',
    INTRODUCTION,
    `Medians of ${starts[0]?.runs.length ?? 0} starts, with the least and the most.`,
    '### Targets',
    targetTable(targets),
    '### Everything measured',
    markdownTable(columns(starts), starts),
    ...(names.length > 0 ? ['### What is in the bundles', CONTENTS, contentsTable(contents, names)] : []),
  ].join('\n\n');
}

const isFunction = (who: ColdStart['who']): who is FunctionName => who !== EMPTY && !who.endsWith(' floor');

const columns = (starts: readonly ColdStart[]): Column<ColdStart>[] => {
  const times = ({ node, who }: ColdStart, what: 'wallMs' | 'cpuMs') =>
    isFunction(who) ? number(byFloor(starts, node, who, what), 2) : '';
  return [
    { title: 'Node', cell: ({ node }) => node },
    { title: 'who', cell: ({ who }) => who },
    { title: 'wall, ms', cell: ({ spread }) => between(spread.wallMs), align: 'right' },
    { title: 'x', cell: (row) => times(row, 'wallMs'), align: 'right' },
    { title: 'CPU, ms', cell: ({ spread }) => between(spread.cpuMs), align: 'right' },
    { title: 'x', cell: (row) => times(row, 'cpuMs'), align: 'right' },
    { title: 'RSS, MiB', cell: ({ spread }) => number(spread.rssMb?.median), align: 'right' },
  ];
};

/** Smaller ones are added up. */
const WORTH_NAMING = 8_000;
const OTHERS = 'all others';

function contentsTable(contents: Contents, names: readonly FunctionName[]): string {
  const bytes = (name: FunctionName, from: string) => contents[name]?.get(from) ?? 0;
  const all = new Set(names.flatMap((name) => [...(contents[name]?.keys() ?? [])]));
  const named = [...all].filter((from) => names.some((name) => bytes(name, from) >= WORTH_NAMING));
  const others = [...all].filter((from) => !named.includes(from));
  const cell = (name: FunctionName, from: string) =>
    from === OTHERS ? others.reduce((sum, other) => sum + bytes(name, other), 0) : bytes(name, from);
  const largest = (from: string) => Math.max(...names.map((name) => bytes(name, from)));
  return markdownTable<string>(
    [
      { title: 'from', cell: (from) => from },
      ...names.map((name): Column<string> => {
        return { title: name, cell: (from) => cell(name, from).toLocaleString('en'), align: 'right' };
      }),
    ],
    [...named.sort((a, b) => largest(b) - largest(a)), OTHERS],
  );
}

const INTRODUCTION = `From the start of a Node process to its first answer, as a sandbox of Lambda starts, but for what Lambda itself takes. The bundles are those
that a deployment uploads. Everything around is on this machine and answers at once, AWS over HTTPS, Atlas over HTTP.

- **api**: \`GET /restore-jobs?limit=10\`. **collect**: one order of a project with two clusters, nothing new. **notify**: one record of the
  stream, one event put. **plan**: one run of one project planned.
- **floor**: the same work by the bare SDK clients that it takes, bundled in the same way: the same table requests, as large; Atlas over
  node:http by the bench's probe; nothing checked, logged or measured.
- **x**: by the floor's median. An answer that is not right fails the bench.`;

const CONTENTS = 'Bytes of minified code, by the package they come from.';
