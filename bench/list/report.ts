// bench/list/report.ts writes what was listed as the section of docs/performance.md.
import { type Column, markdownTable } from '../harness/markdown.ts';
import type { Target } from '../harness/part.ts';
import type { Result } from '../harness/race.ts';
import type { Spread } from '../harness/statistics.ts';
import { targetTable } from '../harness/targets.ts';
import { between, number } from '../harness/words.ts';
import { LIMIT, nameOf } from './cells.ts';
import type { Listed } from './listed.ts';
import { ratio } from './targets.ts';

interface Row {
  name: string;
  results: readonly Result[];
  result: Result;
}

const ofThem = ({ result }: Row, name: string): Spread | undefined => result.spread[name];
const times = ({ results, result }: Row, name: string) =>
  result.entrant === LIMIT ? '' : number(ratio(results, result.entrant, result.pass, name), 2);

const COLUMNS: readonly Column<Row>[] = [
  { title: 'clusters x jobs, latency, sign-in', cell: ({ name }) => name },
  { title: 'who', cell: ({ result }) => result.entrant },
  { title: 'pass', cell: ({ result }) => result.pass },
  { title: 'wall, ms', cell: (row) => between(ofThem(row, 'wallMs')), align: 'right' },
  { title: 'x', cell: (row) => times(row, 'wallMs'), align: 'right' },
  { title: 'CPU, ms', cell: (row) => between(ofThem(row, 'cpuMs')), align: 'right' },
  { title: 'x', cell: (row) => times(row, 'cpuMs'), align: 'right' },
  { title: 'requests', cell: (row) => number(ofThem(row, 'requests')?.median), align: 'right' },
  { title: 'KB', cell: (row) => number((ofThem(row, 'bytesReceived')?.median ?? 0) / 1_000), align: 'right' },
  { title: 'sockets', cell: (row) => number(ofThem(row, 'connections')?.median), align: 'right' },
  { title: 'RSS, MiB', cell: (row) => number(ofThem(row, 'rssMb')?.median), align: 'right' },
];

export function report(listed: readonly Listed[], targets: readonly Target[], { runs }: { runs: number }): string {
  const rows = listed.flatMap(({ cell, results }) =>
    results.filter(({ pass }) => pass !== 'load').map((result) => ({ name: nameOf(cell), results, result })),
  );
  return [
    '## Listing',
    INTRODUCTION,
    `Medians of ${runs} runs, with the least and the most.`,
    ...(targets.length > 0 ? ['### Targets', targetTable(targets)] : []),
    '### Everything measured',
    markdownTable(COLUMNS, rows),
  ].join('\n\n');
}

const INTRODUCTION = `All restore jobs of an organization of dedicated clusters, 25 a project, are read: its projects (1 list), their clusters (3 lists a
project), and one list of jobs a cluster. Everybody makes these same calls, but \`mongodb-atlas-api-client\`, which knows of dedicated
clusters only. The simulator has a process of its own, makes every answer once and waits the latency before each. Each run is a fresh
process of plain Node on a bundle; contenders take turns. Who brings not every job exactly once fails the whole bench.

- **cold**: from the first request, with nothing known. **warm**: again in the same process, with connections, nonce and token kept.
  **steady**: again, with everything known, after a restore in every tenth cluster.
- **probe**: the limit, the fewest round trips that Atlas's API allows, over 32 connections (or 64); no checks, no retries, no ledger. Its
  steady pass reads the 20 newest jobs of each list; **steady at once** does so without waiting for the lists of clusters.
- **client alone**: \`AtlasClient\` without the collector. **collector**: \`runHere\` over a ledger that writes nothing.
- **x**: by the probe's median of the same pass. CPU: user and system, of the contender's process, of the pass; starting Node and loading
  the bundle is not in it. RSS: the most so far in that process.`;
