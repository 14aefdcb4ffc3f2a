// bench/main.ts is `npm run bench`: it runs the parts that were asked for, prints what they measured, and without --quick writes it
// into docs/performance.md. A new part is one file that exports a `Part`, and one more name in `PARTS`.
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { api } from './api/api.ts';
import { cold } from './cold/cold.ts';
import { WrongAnswerError } from './harness/answer.ts';
import { Bundler } from './harness/bundle.ts';
import { writeSection } from './harness/document.ts';
import { machine, machineLine } from './harness/machine.ts';
import { functionsNode } from './harness/nodes.ts';
import { isMet, type Part, type PartResult } from './harness/part.ts';
import { ledger } from './ledger/ledger.ts';
import { list } from './list/list.ts';
import { scale } from './scale/scale.ts';

const PARTS: readonly Part[] = [list, ledger, api, cold, scale];
/** The fewest that a median of the final tables may come from. */
const MIN_RUNS = 5;
const QUICK_RUNS = 3;

interface Flags {
  quick?: true;
  runs?: number;
  json?: string;
  only?: string[];
  profile?: string;
}

const program = new Command('npm run bench --')
  .description(
    'Measures this project beside others and beside the limit, against a simulator with latency; all with the Node that ' +
      'Lambda runs, which npm brings. BENCH_NODE_24: the path of another to take.',
  )
  .argument('[parts...]', `${PARTS.map(({ name, says }) => `${name}: ${says}`).join('; ')} (default: all)`)
  .option('--quick', 'a small selection, for a look; docs/performance.md stays as it is')
  .option('--runs <n>', `of each contender (default: ${MIN_RUNS}, with --quick ${QUICK_RUNS})`, atLeastOne)
  .option(
    '--only <words...>',
    'rows with all of these words in their names, such as 50x300 120 digest; the document stays as it is',
  )
  .option('--json <file>', 'everything that was measured, each run, as JSON')
  .option('--profile <dir>', 'a CPU profile of every process; times mean little then, and the document stays as it is')
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof WrongAnswerError)) throw error;
  program.error(`error: ${error.message}`);
}

async function run(names: readonly string[], flags: Flags) {
  const { quick = false, only = [], json, profile: profileDir } = flags;
  const runs = flags.runs ?? (quick ? QUICK_RUNS : MIN_RUNS);
  const progress = (line: string) => console.error(line);
  const node = await functionsNode(progress);
  const here = machine(node.version);
  using bundler = new Bundler();
  const results: Record<string, PartResult> = {};
  for (const part of partsNamed(names)) {
    const result = await part.run({ quick, runs, bundler, node, profileDir, only, progress });
    const markdown = `${result.markdown}\n\nMeasured ${machineLine(here)}`;
    console.log(`${markdown}\n`);
    const isWhole = !quick && only.length === 0 && profileDir === undefined && runs >= MIN_RUNS;
    if (isWhole) writeSection(part.name, markdown);
    else console.error(`${part.name}: not all of it, or too few runs: docs/performance.md stays as it is`);
    results[part.name] = result;
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: here, runs, results }, null, 2)}\n`);
  const targets = Object.values(results).flatMap((result) => result.targets);
  console.error(`${targets.filter(isMet).length} of ${targets.length} targets met`);
}

function partsNamed(names: readonly string[]): Part[] {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    program.error(`error: no part named ${unknown.join(', ')}; there are ${PARTS.map(({ name }) => name).join(', ')}`);
  }
  return PARTS.filter(({ name }) => names.length === 0 || names.includes(name));
}

function atLeastOne(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new InvalidArgumentError('give a whole number from 1');
  return runs;
}
