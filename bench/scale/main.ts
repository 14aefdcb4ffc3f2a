// bench/scale/main.ts: the command `npm run bench:scale`.
import { BenchDynamo } from '../dynamo/dynamo.ts';
import { type Bench, benchmark } from '../harness/benchmark.ts';
import type { Result } from '../harness/race.ts';
import { growth } from '../harness/statistics.ts';
import type { Target } from '../harness/table.ts';
import { type Case, cases, FULL_PAGES, measure } from './measure.ts';

/** Room for rounding to whole pages. */
const FLAT = 0.05;
const LINEAR = 1.05;
const MAX_MB = 128;
/** These count the jobs of a period, up to a bound. */
const BOUNDED: readonly string[] = ['summary', 'page'];

async function run(chosen: readonly Case[], { runs, progress }: Bench): Promise<Result[]> {
  await using dynamo = await BenchDynamo.start();
  const results: Result[] = [];
  for (const each of chosen) {
    progress(each.name);
    results.push(...(await measure(each, dynamo, runs)));
  }
  return results;
}

const sizeOf = (result: Result) => Number(result.case.split(' ')[1]);
/** Room for the first size's few projects. */
const IN_PROPORTION = 0.1;
const of = (results: readonly Result[], part: Case['part'], pass?: string) =>
  results.filter((result) => result.case.startsWith(part) && (pass === undefined || result.pass === pass));

function targets(results: readonly Result[]): Target[] {
  const grows = (what: string, limit: number, rows: readonly Result[], number: string): Target[] => {
    const points = rows.map((row) => ({ x: sizeOf(row), y: row.spread[number]?.median ?? 0 }));
    return points.length < 2 ? [] : [{ what, limit, measured: growth(points) }];
  };
  const unchanged = of(results, 'clusters', 'unchanged');
  const table = of(results, 'table').filter((row) => sizeOf(row) >= FULL_PAGES && !BOUNDED.includes(row.pass));
  const routes = [...new Set(table.map(({ pass }) => pass))];
  const ledger = of(results, 'ledger');
  return [
    ...grows('clusters, unchanged: growth of wall time', LINEAR, unchanged, 'wallMs'),
    ...grows('clusters, unchanged: growth of CPU time', LINEAR, unchanged, 'cpuMs'),
    ...routes.flatMap((route) => {
      const rows = table.filter(({ pass }) => pass === route);
      return [
        ...grows(`table, ${route}: growth of requests`, FLAT, rows, 'tableRequests'),
        ...grows(`table, ${route}: growth of items read`, FLAT, rows, 'itemsRead'),
      ];
    }),
    ...[...new Set(ledger.map((row) => row.case))].flatMap((size) =>
      nearestToLaw(ledger.filter((row) => row.case === size)),
    ),
    ...[...new Set(ledger.filter(isCommand).map(({ pass }) => pass))].flatMap((pass) => {
      const rows = ledger.filter((row) => isCommand(row) && row.pass === pass);
      return grows(`ledger, ${pass}: growth of items read for each that is shown`, IN_PROPORTION, rows, 'perItem');
    }),
    ...[...unchanged.slice(-1), ...of(results, 'lists', 'full')].map((row) => {
      return { what: `${row.case}, ${row.pass}: MiB of RSS`, limit: MAX_MB, measured: row.spread.rssMb?.median ?? 0 };
    }),
  ];
}

const isCommand = ({ contender }: Result) => contender === 'command';

/** The route that reads the most of what the law of growth allows it. */
function nearestToLaw(results: readonly Result[]): Target[] {
  const shares = results.flatMap(({ case: size, pass, spread: { ofLaw } }) =>
    ofLaw ? [{ what: `${size}, GET ${pass}: items read, of those that may be`, limit: 1, measured: ofLaw.median }] : [],
  );
  return shares.sort((a, b) => b.measured - a.measured).slice(0, 1);
}

await benchmark({
  name: 'bench:scale',
  description:
    'Measures how time, memory and reads grow with clusters, with the length of lists and with jobs in the table, all with the heap of a ' +
    'function of 128 MB; and what every route and command reads of a large ledger.',
  large: 'a ledger of 1,000,000 jobs of 10,000 clusters, too: half an hour, and 3 GB of disk',
  cases,
  run,
  targets,
  columns: [
    { title: 'wall, ms', number: 'wallMs', as: 'spread' },
    { title: 'CPU, ms', number: 'cpuMs', as: 'spread' },
    { title: 'RSS, MiB', number: 'rssMb' },
    { title: 'to Atlas', number: 'atlasRequests' },
    { title: 'to the table', number: 'tableRequests' },
    { title: 'items read', number: 'itemsRead' },
    { title: 'for items', number: 'about' },
    { title: 'each', number: 'perItem', digits: 2 },
    { title: 'read units', number: 'readUnits' },
    { title: 'read, KB', number: 'kbRead' },
    { title: 'answer, KB', number: 'answerKb' },
  ],
});
