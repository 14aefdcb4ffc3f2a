// bench/scale/scale.ts is the part `scale`: how things grow, with the clusters, with the jobs in the table, with the length of a list; and
// a simulation of what can't be run here.
import { BenchDynamo } from '../dynamo/dynamo.ts';
import type { Part, PartResult } from '../harness/part.ts';
import { clustersGrown } from './clusters.ts';
import type { Grown } from './grown.ts';
import { listsGrown } from './list-lengths.ts';
import { report } from './report.ts';
import { simulated } from './scenarios.ts';
import { tableGrown } from './table-sizes.ts';
import { targetsOf } from './targets.ts';

export const scale: Part = {
  name: 'scale',
  says: 'how time, memory, cost and reads grow, and a simulated run over 100,000 clusters',
  async run(bench): Promise<PartResult> {
    const wanted = (name: string) => bench.only.length === 0 || bench.only.includes(name);
    await using dynamo = await BenchDynamo.start();
    const grown: Grown = {
      clusters: wanted('clusters') ? await clustersGrown(dynamo, bench) : [],
      table: wanted('table') ? await tableGrown(dynamo, bench) : [],
      lists: wanted('lists') ? await listsGrown(dynamo, bench) : [],
      passes: wanted('passes') ? simulated() : [],
    };
    const targets = targetsOf(grown);
    return { markdown: report(grown, targets, bench), targets, data: grown };
  },
};
