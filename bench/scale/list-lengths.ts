// bench/scale/list-lengths.ts measures how a collector's memory grows with the length of one list: a process of its own, with the heap
// that Lambda gives a function of 128 MB, collects one cluster.
import { fork } from 'node:child_process';
import { BenchAtlas } from '../atlas/atlas.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { checkAnswer } from '../harness/answer.ts';
import type { Order, Report } from '../harness/contender.ts';
import type { LedgerConfig } from '../ledger/config.ts';
import type { Bench } from '../part.ts';

const LENGTHS = [1_000, 4_000, 16_000] as const;
const QUICK_LENGTHS = [300, 900] as const;
const ENTRY = new URL('../ledger/collector.ts', import.meta.url);
/** Young and old generation of Node's heap, in MB: of 128, what Lambda's runtime gives them. */
const HEAP = ['--max-semi-space-size=6', '--max-old-space-size=115'];
const PASSES = ['first', 'unchanged', 'full'] as const;

export interface ListGrown {
  jobs: number;
  /** Highest resident size after each pass, in MiB. */
  peakMb: Readonly<Record<(typeof PASSES)[number], number>>;
}

export async function listsGrown(dynamo: BenchDynamo, bench: Bench): Promise<ListGrown[]> {
  const grown: ListGrown[] = [];
  await dynamo.setLatency(0);
  for (const jobs of bench.quick ? QUICK_LENGTHS : LENGTHS) grown.push(await measure(jobs, dynamo, bench));
  return grown;
}

async function measure(jobs: number, dynamo: BenchDynamo, { bundler, progress }: Bench): Promise<ListGrown> {
  progress(`scale: one list of ${jobs} jobs`);
  await using atlas = await BenchAtlas.start({ clusters: 1, jobs }, bundler);
  await dynamo.reset();
  const config: LedgerConfig = { access: atlas.access, scheme: 'oauth', dynamo: dynamo.access };
  const child = fork(await bundler.bundle(ENTRY), [], {
    execArgv: HEAP,
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
  });
  const ask = (order: Order) =>
    new Promise<Report>((resolve, reject) => {
      child.once('message', resolve).once('exit', (code) => reject(new Error(`the collector ended with ${code}`)));
      child.send(order);
    });
  try {
    await ask({ prepare: config });
    const peakMb: Record<string, number> = {};
    for (const pass of PASSES) {
      const report = await ask({ pass });
      if (!('done' in report)) throw new Error('failed' in report ? report.failed : 'the collector did not run');
      checkAnswer(`one list of ${jobs}, ${pass},`, report.answer, await atlas.expected());
      peakMb[pass] = report.done.peakMb ?? 0;
    }
    return { jobs, peakMb: peakMb as ListGrown['peakMb'] };
  } finally {
    child.kill();
  }
}
