// bench/scale/list-lengths.ts measures how a collector's memory grows with the length of one list, and with many at once: a process of
// its own, with a heap that fits into 128 MB beside Node and the code, collects one project.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/compute/bundle.ts';
import { BenchAtlas } from '../atlas/atlas.ts';
import type { WorldSize } from '../atlas/world.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import { checkAnswer } from '../harness/answer.ts';
import type { Order, Report } from '../harness/contender.ts';
import { SMALL_HEAP } from '../harness/memory.ts';
import type { Bench } from '../harness/part.ts';
import { on } from '../harness/trial.ts';
import type { LedgerConfig } from '../ledger/config.ts';

/** The last: as many full pages at once as a project within Atlas's limits can have. */
const SIZES: readonly WorldSize[] = [
  { clusters: 1, jobs: 1_000 },
  { clusters: 1, jobs: 4_000 },
  { clusters: 1, jobs: 16_000 },
  { clusters: 25, jobs: 500 },
];
const QUICK_SIZES: readonly WorldSize[] = [
  { clusters: 1, jobs: 300 },
  { clusters: 3, jobs: 300 },
];
const ENTRY = fileURLToPath(new URL('../ledger/collector.ts', import.meta.url));
const PASSES = ['first', 'unchanged', 'full'] as const;

export interface ListGrown {
  size: WorldSize;
  /** Highest resident size after each pass, in MiB. */
  peakMb: Readonly<Record<(typeof PASSES)[number], number>>;
}

/** `25x500` */
export const sizeName = ({ clusters, jobs }: WorldSize) => `${clusters}x${jobs}`;

export async function listsGrown(dynamo: BenchDynamo, bench: Bench): Promise<ListGrown[]> {
  const grown: ListGrown[] = [];
  await dynamo.setLatency(0);
  const folder = mkdtempSync(join(tmpdir(), 'restore-ledger-lists-'));
  try {
    // As a deployment bundles: code is memory too.
    bundle(ENTRY, folder);
    const file = join(folder, 'index.mjs');
    for (const size of bench.quick ? QUICK_SIZES : SIZES) grown.push(await measure(file, size, dynamo, bench));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return grown;
}

async function measure(
  file: string,
  size: WorldSize,
  dynamo: BenchDynamo,
  { bundler, node, progress }: Bench,
): Promise<ListGrown> {
  const name = sizeName(size);
  progress(`scale: lists, ${name}`);
  await using atlas = await BenchAtlas.start(size, bundler);
  await dynamo.reset();
  const config: LedgerConfig = { access: atlas.access, scheme: 'oauth', dynamo: dynamo.access };
  const child = fork(file, [], {
    ...on(node),
    execArgv: [...SMALL_HEAP],
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
      checkAnswer(`lists, ${name}, ${pass},`, report.answer, await atlas.expected());
      peakMb[pass] = report.done.peakMb ?? 0;
    }
    return { size, peakMb: peakMb as ListGrown['peakMb'] };
  } finally {
    child.kill();
  }
}
