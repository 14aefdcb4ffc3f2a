// bench/harness/worker.ts: a child process whose handlers are called like functions; arguments and answers travel as JSON.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { atExit } from './cleanup.ts';
import type { Call, Handlers, Reply } from './serve.ts';

export type Remote<H extends Handlers> = {
  readonly [N in keyof H]: (...args: Parameters<H[N]>) => Promise<Awaited<ReturnType<H[N]>>>;
};

export interface WorkerOptions {
  /** @default this process's */
  env?: NodeJS.ProcessEnv;
  /** Options of Node itself. @default none */
  nodeOptions?: readonly string[];
}

/** Runs TypeScript from its sources; plain files don't need it. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
/** For one call: the longest records a hundred thousand jobs. */
const TIMEOUT_MINUTES = 60;

export class Worker<H extends Handlers> implements AsyncDisposable {
  /** @throws Error with what the handler threw, or that the process ended or took too long */
  readonly call: Remote<H>;
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #calls = 0;

  /** @param name for errors @param file calls `serve` */
  constructor(name: string, file: string, { env = process.env, nodeOptions = [] }: WorkerOptions = {}) {
    this.#name = name;
    const loader = file.endsWith('.ts') ? ['--import', TSX] : [];
    this.#process = fork(file, [], { env, execArgv: [...loader, ...nodeOptions] });
    const forget = atExit(() => this.#process.kill('SIGKILL'));
    this.#process.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      if ('error' in reply) waiting?.reject(new Error(`${name} failed: ${reply.error}`));
      else waiting?.resolve(reply.value);
    });
    this.#process.on('exit', (code, signal) => {
      forget();
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} ended early (${signal ?? code})`));
    });
    this.call = new Proxy({} as Remote<H>, {
      get:
        (_, handler: string) =>
        (...args: unknown[]) =>
          this.#send(handler, args),
    });
  }

  async [Symbol.asyncDispose]() {
    if (!this.#process.connected) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.disconnect();
    await ended;
  }

  async #send(name: string, args: unknown[]): Promise<unknown> {
    const id = ++this.#calls;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        if (!this.#process.connected) return reject(new Error(`${this.#name} has ended`));
        timer = setTimeout(
          () => reject(new Error(`${this.#name}: ${name} took over ${TIMEOUT_MINUTES} minutes`)),
          TIMEOUT_MINUTES * 60_000,
        );
        this.#waiting.set(id, { resolve, reject });
        this.#process.send({ id, name, args } satisfies Call);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}
