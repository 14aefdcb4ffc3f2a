// bench/harness/trial.ts runs one contender once: a fresh process, its passes in order, what each took and cost.
import { type ChildProcess, fork } from 'node:child_process';
import { type Answer, checkAnswer } from './answer.ts';
import type { Bundler } from './bundle.ts';
import type { Measured, Order, Report } from './contender.ts';
import type { NodeAt } from './nodes.ts';

/** One way of doing the job. */
export interface Entrant {
  /** In tables. */
  name: string;
  /** The file that calls `contend`. */
  entry: URL;
  /** Handed to it; travels as JSON. */
  config: unknown;
  /** In their order. */
  passes: readonly string[];
  /** Options of Node itself, such as `--max-old-space-size=64`. @default none */
  nodeOptions?: readonly string[];
}

/** What surrounds each pass; the part's own. */
export interface Course {
  /** Before the clock starts: brings the outside into the state that the pass is about. */
  before?(pass: string): Promise<void>;
  /** What the outside counted so far. A pass is charged with the difference. */
  counted?(): Promise<Readonly<Record<string, number>>>;
  /** What a right answer to the pass is. */
  expected(pass: string): Promise<Answer>;
}

export interface TrialOptions {
  bundler: Bundler;
  /** Runs the contender. @default the Node that runs this */
  node?: NodeAt;
  /** A folder for CPU profiles of the process. @default none */
  profileDir?: string | undefined;
  /** For one pass, in ms. @default 300_000 */
  patienceMs?: number;
}

/** By pass; `load` is the process from its start to its first pass. */
export type Trial = Map<string, Measured>;

/** @throws WrongAnswerError, Error where the contender failed or took too long */
export async function runTrial(entrant: Entrant, course: Course, options: TrialOptions): Promise<Trial> {
  const { bundler, node, profileDir, patienceMs = 300_000 } = options;
  const file = await bundler.bundle(entrant.entry);
  const execArgv = [...(entrant.nodeOptions ?? []), ...profiling(profileDir)];
  const child = new Child(fork(file, [], { ...on(node), execArgv, env: environment() }), entrant.name, patienceMs);
  try {
    const trial: Trial = new Map([['load', (await child.ask({ prepare: entrant.config }, 'ready')).ready]]);
    for (const pass of entrant.passes) trial.set(pass, await runPass(pass, entrant, course, child));
    return trial;
  } finally {
    await child.close();
  }
}

async function runPass(pass: string, { name }: Entrant, course: Course, child: Child): Promise<Measured> {
  await course.before?.(pass);
  const before = await course.counted?.();
  const { done, answer } = await child.ask({ pass }, 'done');
  const after = await course.counted?.();
  checkAnswer(`${name}, ${pass},`, answer, await course.expected(pass));
  const spent = Object.entries(after ?? {}).map(([counter, value]) => [counter, value - (before?.[counter] ?? 0)]);
  return { ...done, ...Object.fromEntries(spent) };
}

const profiling = (dir: string | undefined) =>
  dir === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', dir];

/** For `fork`. */
export const on = (node: NodeAt | undefined) => (node ? { execPath: node.path } : {});

/** Nothing of ours but the path: options of Node, or of an SDK, would be measured with it. */
const environment = () => ({ PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1' });

class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #patienceMs: number;

  constructor(process: ChildProcess, name: string, patienceMs: number) {
    this.#process = process;
    this.#name = name;
    this.#patienceMs = patienceMs;
  }

  ask<K extends 'ready' | 'done'>(order: Order, kind: K): Promise<Extract<Report, Record<K, unknown>>> {
    return new Promise((resolve, reject) => {
      const fail = (problem: string) => settle(() => reject(new Error(`${this.#name} ${problem}`)));
      const timer = setTimeout(() => fail(`took longer than ${this.#patienceMs} ms`), this.#patienceMs);
      const onExit = (code: number | null) => fail(`ended with ${code}, before it was told to`);
      const onMessage = (report: Report) => {
        if ('failed' in report) fail(`failed: ${report.failed}`);
        else if (kind in report) settle(() => resolve(report as Extract<Report, Record<K, unknown>>));
      };
      const settle = (then: () => void) => {
        clearTimeout(timer);
        this.#process.off('exit', onExit).off('message', onMessage);
        then();
      };
      this.#process.on('exit', onExit).on('message', onMessage);
      this.#process.send(order);
    });
  }

  /** Gives it a moment to write its profile. */
  async close() {
    if (this.#process.exitCode !== null || !this.#process.connected) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    this.#process.send({ close: true } satisfies Order);
    await ended;
    clearTimeout(timer);
  }
}
