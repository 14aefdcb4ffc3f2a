// bench/cold/cold.ts is the part `cold`: how long each function's bundle takes from the start of its process to its first answer,
// beside the least that could give that answer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundles } from '../../test/lib/bundles.ts';
import type { RecordedCall } from '../dynamo/orders.ts';
import { type NodeAt, nodes } from '../harness/nodes.ts';
import type { Bench, Part, PartResult } from '../harness/part.ts';
import { spreads } from '../harness/statistics.ts';
import { bundleFloor, bytesByPackage } from './bundle.ts';
import { type Case, cases, type FunctionName } from './cases.ts';
import { type ColdStart, type Contents, EMPTY, type Who } from './cold-start.ts';
import { report } from './report.ts';
import { start } from './start.ts';
import { Surroundings } from './surroundings.ts';
import { targetsOf } from './targets.ts';

interface Entrant {
  who: Who;
  bundle: string;
  environment: Record<string, string>;
  prepare: Case['prepare'];
}

/** A start is short, and the machine's moments differ: so many for each run of the bench. */
const STARTS = 3;

export const cold: Part = {
  name: 'cold',
  says: "each function's start to its first answer, beside the least that could give it",
  async run(bench): Promise<PartResult> {
    const folder = mkdtempSync(join(tmpdir(), 'restore-ledger-cold-'));
    try {
      const starts = await measureAll(folder, bench);
      const contents = bench.quick ? {} : await contentsOf(['api', 'collect', 'notify', 'plan']);
      const targets = targetsOf(starts);
      return { markdown: report(starts, targets, contents), targets, data: { starts, contents } };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measureAll(folder: string, bench: Bench): Promise<ColdStart[]> {
  const { quick, runs, progress, bundler } = bench;
  progress('cold: bundling the functions as a deployment does');
  using built = bundles();
  await using around = await Surroundings.start(bundler);
  const entrants = await entrantsOf(await cases(around), built.folders, folder, around);
  const starts: ColdStart[] = [];
  const all = await nodes(progress);
  for (const node of quick ? all.slice(-1) : all) {
    progress(`cold: Node ${node.version}`);
    starts.push(...(await race(node, entrants, runs * STARTS, bench)));
  }
  return starts;
}

async function entrantsOf(
  all: readonly Case[],
  folders: Readonly<Record<FunctionName, string>>,
  folder: string,
  around: Surroundings,
): Promise<Entrant[]> {
  const floor = (name: string) =>
    pathToFileURL(bundleFloor(new URL(`./floors/${name}.ts`, import.meta.url), join(folder, name))).href;
  const { environment } = around;
  const nothing = { event: {}, check: async () => {} };
  const entrants: Entrant[] = [{ who: EMPTY, bundle: floor('empty'), environment, prepare: async () => nothing }];
  for (const { name, prepare } of all) {
    const bundle = pathToFileURL(join(folders[name], 'index.mjs')).href;
    const real = { who: name, bundle, environment, prepare };
    const calls = await callsOf(real, around);
    const given = { ...environment, CALLS: JSON.stringify(calls) };
    // A floor plans and collects nothing that the ledger would know of; its answer alone is looked at.
    const its = name === 'api' ? prepare : async () => ({ ...(await prepare()), check: async () => {} });
    entrants.push(real, { who: `${name} floor`, bundle: floor(name), environment: given, prepare: its });
  }
  return entrants;
}

/** What one start asks of the table. Unmeasured, it also warms the disk. */
async function callsOf(entrant: Entrant, { dynamo }: Surroundings): Promise<RecordedCall[]> {
  const { event, check } = await entrant.prepare();
  await dynamo.record();
  const { answer } = await start({ node: process.execPath, ...entrant, event });
  const calls = await dynamo.recorded();
  await check(answer);
  return calls;
}

/** In turn, each round beginning with another one. @throws WrongStartError */
async function race(node: NodeAt, entrants: readonly Entrant[], rounds: number, { profileDir }: Bench) {
  const options =
    profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', profileDir];
  const measured = new Map<Who, Record<string, number>[]>(entrants.map(({ who }) => [who, []]));
  for (let round = -1; round < rounds; round++) {
    for (let nth = 0; nth < entrants.length; nth++) {
      const entrant = entrants[(nth + round + entrants.length) % entrants.length] as Entrant;
      const { event, check } = await entrant.prepare();
      const { answer, ...numbers } = await start({ node: node.path, ...entrant, event, options });
      await check(answer);
      if (round >= 0) measured.get(entrant.who)?.push(numbers);
    }
  }
  return [...measured].map(([who, runs]) => ({ node: node.version, who, runs, spread: spreads(runs) }));
}

async function contentsOf(names: readonly FunctionName[]): Promise<Contents> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await bytesByPackage(name)] as const)));
}
