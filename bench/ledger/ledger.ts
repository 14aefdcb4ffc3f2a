// bench/ledger/ledger.ts is the part `ledger`: whole collections, into a table behind a latency of its own, beside the listing alone;
// and what a month of them costs, beside a Lambda that lists and puts everything each time.
import { BenchAtlas } from '../atlas/atlas.ts';
import { BenchDynamo } from '../dynamo/dynamo.ts';
import type { Bench, Part, PartResult } from '../harness/part.ts';
import { race } from '../harness/race.ts';
import { type Cell, cells, entrants, nameOf, TABLE_MS } from './cells.ts';
import type { Collected } from './collected.ts';
import { Collection } from './collection.ts';
import { report } from './report.ts';
import { targetsOf } from './targets.ts';

export const ledger: Part = {
  name: 'ledger',
  says: 'whole collections into a table, beside the listing alone, and what a month of them costs',
  async run(bench): Promise<PartResult> {
    await using dynamo = await BenchDynamo.start();
    const collected: Collected[] = [];
    for (const cell of cells(bench)) collected.push(await measure(cell, dynamo, bench));
    const targets = targetsOf(collected);
    return { markdown: report(collected, targets, bench), targets, data: collected };
  },
};

/** @throws WrongAnswerError where the table does not hold what Atlas has */
async function measure(cell: Cell, dynamo: BenchDynamo, bench: Bench): Promise<Collected> {
  const { bundler, node, profileDir, runs, progress } = bench;
  progress(`ledger: ${nameOf(cell)}, ${cell.who.join(', ')}`);
  await using atlas = await BenchAtlas.start(cell.size, bundler);
  const course = new Collection(atlas, dynamo);
  const all = entrants(cell, atlas.access, dynamo.access);
  await dynamo.setLatency(0);
  // Unmeasured, without latency: the simulator makes its answers, the disk has the bundles.
  const first = all.map((entrant) => ({ ...entrant, passes: entrant.passes.slice(0, 1) }));
  await race(first.slice(-1), course, 1, { bundler, node });
  await atlas.setLatency(cell.latencyMs);
  await dynamo.setLatency(TABLE_MS);
  const results = await race(all, course, runs, { bundler, node, profileDir });
  return { cell, results, coverageUnits: course.coverageUnits };
}
