// test/mutations/main.ts: `npm run test:mutations`: which mistakes in atlas, ledger and proof no test would notice.
//
// Each is made in a copy of the sources. There are thousands, so a sample is drawn, as many of each room.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../soundness/random.ts';
import { applied, type Mutant, mutantsOf } from './mutants.ts';
import { ROOT, type WorkingCopy, workingCopy } from './working-copy.ts';

/** Rooms of `functions/`, each with the tests of what is built on it. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  atlas: ['test/collector/'],
  ledger: ['test/proof/', 'test/collector/', 'test/api/'],
  proof: ['test/collector/', 'test/soundness/', 'test/api/', 'test/ledger/'],
};
const USAGE = `npm run test:mutations -- [--minutes 20] [--sample 90] [--seed 1] [part of a path ...]`;
/** Tests that take so long have met an endless loop, or the machine is busy, in ms. */
const ENDLESS_MS = 600_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '20' },
    sample: { type: 'string', default: '90' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

let running: ChildProcess | undefined;
let isInterrupted = false;
process.on('SIGINT', () => {
  isInterrupted = true;
  stop();
});

function stop() {
  if (running?.pid !== undefined) process.kill(-running.pid, 'SIGKILL');
}

async function main() {
  if (values.help) return console.log(USAGE);
  const endsAt = Date.now() + Number(values.minutes) * 60_000;
  await using copy = await workingCopy();
  const all = Object.keys(ROOMS).map((room) => mutantsIn(copy, `functions/${room}`));
  const sample = drawn(all).slice(0, Number(values.sample));
  console.log(`${sample.length} of ${all.flat().length} mutants, seed ${values.seed}`);
  const everything = Object.keys(ROOMS).map((room) => `test/${room}/`);
  if ((await fails(copy, everything)) && !isInterrupted)
    throw new Error('a test fails without any mutation: run npm test first');

  const tried: { mutant: Mutant; isKilled: boolean }[] = [];
  for (const mutant of sample) {
    if (Date.now() > endsAt || isInterrupted) break;
    const began = Date.now();
    const killed = await isKilled(copy, mutant);
    if (isInterrupted) break;
    tried.push({ mutant, isKilled: killed });
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.log(`${tried.length}/${sample.length} ${seconds} s ${killed ? 'killed  ' : 'SURVIVED'} ${shown(mutant)}`);
  }

  for (const room of [...Object.keys(ROOMS), '']) {
    const of = tried.filter(({ mutant }) => mutant.file.startsWith(`functions/${room}`));
    const killed = of.filter(({ isKilled }) => isKilled).length;
    const score = of.length === 0 ? '' : ` (${((100 * killed) / of.length).toFixed(0)} %)`;
    console.log(`${room || 'all'}: ${killed} of ${of.length} killed${score}`);
  }
  const survivors = tried.filter(({ isKilled }) => !isKilled);
  if (survivors.length > 0)
    console.log(`survivors:\n${survivors.map(({ mutant }) => `  ${shown(mutant)}`).join('\n')}`);
}

function mutantsIn({ dir }: WorkingCopy, folder: string): Mutant[] {
  const files = readdirSync(join(dir, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
  return files.sort().flatMap((file) => mutantsOf(file, readFileSync(join(dir, file), 'utf8')));
}

/** From each list in turn, so that a sample that is cut short is still fair. */
function drawn(lists: readonly Mutant[][]): Mutant[] {
  const shuffled = lists.map((list, i) => new Random(`${values.seed} ${i}`).shuffled(list));
  const length = Math.max(...shuffled.map((list) => list.length));
  return Array.from({ length }, (_, i) => shuffled.flatMap((list) => list[i] ?? [])).flat();
}

/** By the tests of its own folder, of its room or of what is built on that. */
async function isKilled(copy: WorkingCopy, mutant: Mutant): Promise<boolean> {
  const own = `test/${relative('functions', dirname(mutant.file))}/`;
  const room = `test/${own.split('/')[1]}/`;
  const rounds = [
    ...(own !== room && existsSync(join(copy.dir, own)) ? [[own]] : []),
    [room],
    ROOMS[basename(room)] ?? [],
  ];
  const path = join(copy.dir, mutant.file);
  const text = readFileSync(path, 'utf8');
  await writeFile(path, applied(text, mutant));
  try {
    for (const tests of rounds) if (!isInterrupted && (await fails(copy, tests))) return true;
    return false;
  } finally {
    await writeFile(path, text);
  }
}

async function fails({ dir }: WorkingCopy, tests: readonly string[]): Promise<boolean> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--root', dir, '--project', 'main', '--bail', '1', ...tests];
  const child = spawn(process.execPath, [vitest, ...args], { cwd: dir, stdio: 'ignore', detached: true });
  running = child;
  const timer = setTimeout(() => {
    console.log('  the tests were stopped, which counts as killed: run it again on a quiet machine');
    stop();
  }, ENDLESS_MS);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  running = undefined;
  return code !== 0;
}

function shown({ file, line, from, to }: Mutant): string {
  const short = (text: string) => text.replace(/\s+/g, ' ').slice(0, 60);
  return `${file}:${line}  ${short(from)}  ->  ${short(to)}`;
}

await main();
