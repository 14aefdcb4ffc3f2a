// bench/big/ledger.ts: a ledger of one size: what each route of the API and each command reads of it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Load } from '../dynamo/made-jobs.ts';
import { temporaryFolder } from '../harness/cleanup.ts';
import type { Result } from '../harness/race.ts';
import { spreads } from '../harness/statistics.ts';
import { Worker } from '../harness/worker.ts';
import type { Answered } from './api.ts';
import { commandsOf, type Ran, run } from './commands.ts';
import type { Reads } from './counting-table.ts';
import type { LedgerHandlers } from './process.ts';
import { mayRead } from './requests.ts';

const FILE = fileURLToPath(new URL('./process.ts', import.meta.url));
const JOBS_A_CLUSTER = 100;
const RUNS = 60;

interface Measured extends Reads {
  /** Items that the answer shows or counts. */
  about: number;
  answerBytes: number;
  wallMs: number;
  rssMb?: number;
  /** How much of what the law of growth allows was read. */
  ofLaw?: number;
}

/** @param jobs of a hundredth of as many clusters */
export async function measureLedger(caseName: string, jobs: number): Promise<Result[]> {
  const load: Load = { jobs, clusters: jobs / JOBS_A_CLUSTER, runs: RUNS, untilMs: Date.now() };
  const dataDir = join(temporaryFolder(), 'ledger');
  try {
    // In a process of its own, which takes its memory along.
    await using worker = new Worker<LedgerHandlers>('ledger', FILE);
    await worker.call.fill(dataDir, load);
    const answers = await worker.call.readAll(dataDir, load);
    const results = answers.map((answer) => ofAnswer(caseName, answer));
    for (const command of commandsOf(load)) results.push(ofCommand(caseName, await run(command, dataDir)));
    return results;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export function ofAnswer(caseName: string, { request, ...measured }: Answered): Result {
  const { target, note } = request;
  const ofLaw = measured.items / mayRead(request, measured.about);
  return result(caseName, 'api', note === undefined ? target : `${target} (${note})`, { ...measured, ofLaw });
}

export const ofCommand = (caseName: string, { command: { argv, about }, ...measured }: Ran): Result =>
  result(caseName, 'command', argv.join(' '), { ...measured, about });

const result = (caseName: string, contender: string, pass: string, measured: Measured): Result => ({
  ...{ case: caseName, contender, pass: plain(pass) },
  spread: spreads([numbersOf(measured)]),
});

function numbersOf({ requests, items, bytes, units, about, answerBytes, wallMs, rssMb, ofLaw }: Measured) {
  return {
    ...{ tableRequests: requests, itemsRead: items, kbRead: bytes / 1_000, readUnits: units },
    ...{ about, perItem: items / Math.max(1, about), answerKb: answerBytes / 1_000, wallMs },
    ...(rssMb === undefined ? {} : { rssMb }),
    ...(ofLaw === undefined ? {} : { ofLaw }),
  };
}

/** The same for every size. */
const plain = (pass: string) =>
  pass
    .replaceAll(/\b[0-9a-f]{24}\b/g, 'ID')
    .replaceAll(/\bcursor=[^&]+/g, 'cursor=NEXT')
    .replaceAll(/\b20\d\d-\d\d-\d\d(T[^&]+)?/g, 'DAY')
    .replaceAll(/--limit \d+/g, '--limit ALL');
