// bench/big/commands.ts: commands of the command line over a large ledger, each in a process of its own.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Load } from '../dynamo/made-jobs.ts';
import { jobIdOf, projectIdOf } from '../dynamo/made-jobs.ts';
import type { Reads } from './counting-table.ts';
import { projectsOf } from './made-ledger.ts';

export interface Command {
  argv: readonly string[];
  /** Items that the output shows or counts. */
  about: number;
}

/** For bench/big/command.ts. */
export const COUNTED = 'BENCH_COUNTED';
export const NUMBERS_FD = 3;

export interface CommandNumbers extends Partial<Reads> {
  wallMs: number;
  /** Of the whole process, its start included. */
  cpuMs: number;
  /** Of the whole process, at its peak, in MiB. */
  rssMb: number;
}

export interface Ran extends Reads {
  command: Command;
  answerBytes: number;
  wallMs: number;
  cpuMs: number;
  rssMb: number;
}

/** Restores of the made-up ledger are spread evenly, from 600 days ago. */
const EVIDENCE_DAYS = 90;
const ALL_DAYS = 600;

export function commandsOf(load: Load): Command[] {
  const { jobs, clusters } = load;
  const inEvidence = Math.ceil((jobs * EVIDENCE_DAYS) / ALL_DAYS);
  const project = projectIdOf(0);
  const inProject = Math.ceil(jobs / projectsOf(load));
  const command = (line: string, about: number): Command => ({ argv: line.split(' '), about });
  return [
    command('jobs', 50),
    command(`jobs --limit ${jobs} --format csv`, jobs),
    command(`job ${jobIdOf(0, load)}`, 1),
    command('runs', 20),
    command('coverage', clusters),
    command('coverage --json', clusters),
    command('drills', clusters),
    command(`drills --project ${project}`, 25),
    command('retire --list', projectsOf(load)),
    command('reevaluate --dry-run', jobs),
    command(`reevaluate --dry-run --project ${project}`, inProject),
    command('verify', jobs),
    command(`verify --project ${project}`, inProject),
    command('evidence', inEvidence + clusters),
    command('evidence --format json', inEvidence + clusters),
    command('evidence --verify', jobs),
  ];
}

const FILE = fileURLToPath(new URL('./command.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Twice: for its time and memory, and for what it reads. @throws Error where it fails */
export async function run(command: Command, dataDir: string): Promise<Ran> {
  const { wallMs, cpuMs, rssMb, answerBytes } = await runOnce(command, dataDir, {});
  const { requests = 0, items = 0, bytes = 0, units = 0 } = await runOnce(command, dataDir, { [COUNTED]: '1' });
  return { command, requests, items, bytes, units, wallMs, cpuMs, rssMb, answerBytes };
}

/** Overdue drills and gaps are what they should find. */
const EXPECTED = new Set([0, 3, 8]);

async function runOnce({ argv }: Command, dataDir: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', TSX, FILE, ...argv, '--data', dataDir], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [out, err, said] = child.stdio.slice(1) as [Readable, Readable, Readable];
  const [output, errors, numbers, code] = await Promise.all([
    bytesOf(out),
    textOf(err),
    textOf(said),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  if (code === null || !EXPECTED.has(code)) throw new Error(`${argv.join(' ')} ended with ${code}: ${errors}`);
  return { ...(JSON.parse(numbers) as CommandNumbers), answerBytes: output };
}

async function bytesOf(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
