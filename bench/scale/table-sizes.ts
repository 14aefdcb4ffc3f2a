// bench/scale/table-sizes.ts measures how the API's reads grow with the number of jobs in the table.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asked } from '../api/answered.ts';
import { entrant, Listener } from '../api/api.ts';
import { routes } from '../api/routes.ts';
import type { BenchDynamo } from '../dynamo/dynamo.ts';
import type { Bench } from '../harness/part.ts';
import { runTrial } from '../harness/trial.ts';

const SIZES = [100, 1_000, 10_000, 100_000, 1_000_000] as const;
const QUICK_SIZES = [100, 400, 1_600] as const;
const CLUSTERS = 100;
const RUNS = 20;
/** More don't fit into memory: some 5 KB each with the indexes, and dynalite's own. */
const MAX_IN_MEMORY = 10_000;

export interface TableGrown {
  jobs: number;
  /** Of each route, by its name. */
  asked: Readonly<Record<string, Asked>>;
}

export async function tableGrown(
  dynamo: BenchDynamo,
  { quick, bundler, node, progress }: Bench,
): Promise<TableGrown[]> {
  const grown: TableGrown[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'restore-ledger-table-'));
  try {
    await dynamo.setLatency(0);
    for (const jobs of quick ? QUICK_SIZES : SIZES) {
      progress(`scale: a table of ${jobs} jobs`);
      const load = { jobs, clusters: CLUSTERS, runs: RUNS, untilMs: Date.now() };
      await dynamo.reset(jobs > MAX_IN_MEMORY ? join(dir, String(jobs)) : null);
      await dynamo.load(load);
      const chosen = routes(load).filter(({ name }) => name !== 'health' && name !== 'openapi');
      const listener = new Listener(chosen, dynamo);
      const config = { dynamo: dynamo.access, routes: chosen, calls: 1 };
      const names = chosen.map(({ name }) => name);
      await runTrial(entrant('handler', config, names), listener, { bundler, node });
      grown.push({ jobs, asked: listener.asked });
    }
    return grown;
  } finally {
    await dynamo.reset();
    rmSync(dir, { recursive: true, force: true });
  }
}
