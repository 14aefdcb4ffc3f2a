// bench/questions/measure.ts: the five questions asked of a ledger of one size: by clicks from home, and by one command each.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../big/commands.ts';
import type { LedgerHandlers } from '../big/process.ts';
import { type Question, questionsOf } from '../big/questions.ts';
import type { Load } from '../dynamo/made-jobs.ts';
import { temporaryFolder } from '../harness/cleanup.ts';
import type { Result } from '../harness/race.ts';
import { spreads } from '../harness/statistics.ts';
import type { Target } from '../harness/table.ts';
import { Worker } from '../harness/worker.ts';

export interface Case {
  name: string;
  jobs: number;
}

const JOBS_A_CLUSTER = 100;
/** What a person waits for without thinking of something else, in ms. */
const AT_ONCE_MS = 1_000;

export const cases = (quick: boolean): Case[] =>
  (quick ? [5_000] : [10_000, 100_000]).map((jobs) => ({ name: `${jobs} jobs`, jobs }));

const FILE = fileURLToPath(new URL('../big/process.ts', import.meta.url));

export async function measure({ name, jobs }: Case, runs: number): Promise<Result[]> {
  const load: Load = { jobs, clusters: jobs / JOBS_A_CLUSTER, runs: 60, untilMs: Date.now() };
  const dataDir = join(temporaryFolder(), 'questions');
  try {
    await using worker = new Worker<LedgerHandlers>('questions', FILE);
    await worker.call.fill(dataDir, load);
    const pages = [];
    for (let round = 0; round < runs; round++) pages.push(await worker.call.followAll(dataDir, load));
    const results: Result[] = [];
    for (const [i, question] of questionsOf(load).entries()) {
      const of = pages.flatMap((round) => round[i] ?? []);
      const clicks = of.map(({ name: _, bytes, ...numbers }) => ({ ...numbers, kb: bytes / 1_000 }));
      results.push({ case: name, contender: 'page', pass: question.name, spread: spreads(clicks) });
      const ran = [];
      for (let round = 0; round < runs; round++) {
        const { requests, items, wallMs, cpuMs, answerBytes } = await run({ argv: question.argv, about: 1 }, dataDir);
        ran.push({ requests, items, wallMs, cpuMs, slowestMs: cpuMs, kb: answerBytes / 1_000 });
      }
      results.push({ case: name, contender: 'command', pass: question.name, spread: spreads(ran) });
    }
    return results;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Reads two items: what it takes is the start of Node and of the program. */
const LEAST = 'what happened to a job';

/** The processor's time for each answer, as others may use the machine, of a command beyond its start; and what is read of what may be. */
export function targets(results: readonly Result[]): Target[] {
  const questions = new Map(questionsOf({ jobs: 1, clusters: 1, runs: 1, untilMs: 0 }).map((one) => [one.name, one]));
  const startOf = (size: string) =>
    results.find((one) => one.case === size && one.contender === 'command' && one.pass === LEAST)?.spread.cpuMs?.median;
  return results.flatMap(({ case: size, contender, pass, spread }) => {
    const may = questions.get(pass)?.reads[contender as keyof Question['reads']];
    const what = `${size}, ${contender}, ${pass}`;
    const start = contender === 'command' ? (startOf(size) ?? 0) : 0;
    const reads = may
      ? (['requests', 'items'] as const).map((number) => ({
          ...{ what: `${what}: ${number} of the table`, limit: may[number], measured: spread[number]?.median ?? 0 },
        }))
      : [];
    const ms = Math.max(0, (spread.slowestMs?.median ?? 0) - start);
    return [
      { what: `${what}: CPU${start > 0 ? ' beyond its start' : ''}, ms`, limit: AT_ONCE_MS, measured: ms },
      ...reads,
    ];
  });
}
