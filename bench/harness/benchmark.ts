// bench/harness/benchmark.ts: the command that every benchmark is, from its arguments to its table and its file of results.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { WrongAnswerError } from './answer.ts';
import { profileTo } from './profile.ts';
import type { Result } from './race.ts';
import { type Column, isMet, resultTable, type Target, targetTable } from './table.ts';

export interface Bench {
  quick: boolean;
  /** How often each contender runs. */
  runs: number;
  /** To stderr. */
  progress(line: string): void;
}

export interface Benchmark<C extends { name: string }> {
  /** As in `npm run NAME`; `:` is `-` in the name of its results. */
  name: string;
  description: string;
  cases(quick: boolean, large: boolean): readonly C[];
  /** What `--large` adds. @default there is no such option */
  large?: string;
  run(cases: readonly C[], bench: Bench): Promise<Result[]>;
  columns: readonly Column[];
  /** The contender that others are compared with. @default none */
  baseline?: string;
  targets(results: readonly Result[]): Target[];
}

/** The fewest repetitions that are kept as results. */
const MIN_RUNS = 5;
const QUICK_RUNS = 3;

interface Flags {
  quick?: boolean;
  large?: boolean;
  runs?: number;
  only?: string[];
  json?: boolean;
  profile?: string;
}

export async function benchmark<C extends { name: string }>(spec: Benchmark<C>): Promise<void> {
  const file = `bench/results/${spec.name.replace(':', '-')}.json`;
  const program = new Command(`npm run ${spec.name} --`)
    .description(`${spec.description} Everything, measured ${MIN_RUNS} times or more, is written to ${file}.`)
    .option('--quick', 'a small selection, which is only printed')
    .option('--runs <n>', `of each contender (default: ${MIN_RUNS}, with --quick ${QUICK_RUNS})`, positiveInteger)
    .option('--only <words...>', 'cases with all of these words in their names; only printed')
    .option('--json', 'results as JSON instead of tables')
    .option('--profile <folder>', 'a CPU profile of each process; times mean little then, and are only printed')
    .allowExcessArguments(false)
    .action(async (flags: Flags) => {
      const { quick = false, large = false, runs = quick ? QUICK_RUNS : MIN_RUNS, only = [], profile } = flags;
      const all = spec.cases(quick, large);
      const cases = all.filter(({ name }) => only.every((word) => name.split(/[ -]/).includes(word)));
      if (cases.length === 0) {
        program.error(
          `error: no case has the words ${only.join(' ')}; cases: ${all.map(({ name }) => name).join(', ')}`,
        );
      }
      if (profile !== undefined) profileTo(profile);
      const here = machine();
      const results = await spec.run(cases, { quick, runs, progress: (line) => console.error(line) });
      const targets = spec.targets(results);
      const document = json(here, runs, results, targets);
      console.log(flags.json ? document : `${tables(spec, results, targets)}\n\nMeasured ${machineLine(here)}`);
      console.error(`${targets.filter(isMet).length} of ${targets.length} targets met`);
      const isWhole = !quick && only.length === 0 && runs >= MIN_RUNS && profile === undefined;
      if (!isWhole) return console.error(`not a whole run: ${file} stays as it is`);
      writeFileSync(new URL(`../../${file}`, import.meta.url), `${document}\n`);
      console.error(`written to ${file}`);
    });
  if (spec.large !== undefined) program.option('--large', spec.large);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof WrongAnswerError) program.error(`error: ${error.message}`);
    throw error;
  }
}

function tables<C extends { name: string }>(
  spec: Benchmark<C>,
  results: readonly Result[],
  targets: readonly Target[],
) {
  const table = resultTable(spec.columns, results, spec.baseline);
  return targets.length === 0 ? table : `${table}\n\n${targetTable(targets)}`;
}

/** One line a result. */
function json(here: Machine, runs: number, results: readonly Result[], targets: readonly Target[]): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  const lines = (rows: readonly object[]) => `[\n${rows.map((row) => JSON.stringify(row, rounded)).join(',\n')}\n]`;
  return `{\n"machine": ${JSON.stringify(here)},\n"runs": ${runs},\n"targets": ${lines(targets)},\n"results": ${lines(results)}\n}`;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

/** Where something was measured. */
interface Machine {
  /** ISO 8601, the day. */
  date: string;
  node: string;
  platform: string;
  cores: number;
  model: string;
  memoryGb: number;
  /** Of the last minute: far above `cores`, times mean little. */
  load: number;
}

const machine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  cores: availableParallelism(),
  model: cpus()[0]?.model.trim() || 'unknown processor',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
});

const machineLine = ({ date, node, platform, cores, model, memoryGb, load }: Machine) =>
  `${date}, Node ${node}, ${platform}, ${cores} cores (${model}), ${memoryGb} GB of memory; load ${load} at the start.`;
