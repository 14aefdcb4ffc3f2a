// bench/dynamo/told-process.ts starts a process that serves others and does what it is told: outside of the process that is
// measured, so that its work is charged to nobody.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What such a process can be told, and what it answers. All of it travels as JSON. */
export type Orders = Record<string, { told: unknown; answer: unknown }>;

export type Handlers<O extends Orders> = {
  [N in keyof O]: (told: O[N]['told']) => O[N]['answer'] | Promise<O[N]['answer']>;
};

interface Message {
  nth: number;
  name: string;
  told: unknown;
}
type Reply = { nth: number; answer: unknown } | { nth: number; failed: string };

/** dynalite can't be bundled, so these processes run as the sources are. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export class ToldProcess<O extends Orders> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #asked = 0;

  /** @param entry calls `obey` @param options of its Node */
  constructor(entry: URL, options: readonly string[] = []) {
    this.#process = fork(fileURLToPath(entry), [], {
      execArgv: ['--import', LOADER, ...options],
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    this.#process.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.nth);
      this.#waiting.delete(reply.nth);
      if ('failed' in reply) waiting?.reject(new Error(`${entry.pathname} failed: ${reply.failed}`));
      else waiting?.resolve(reply.answer);
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${entry.pathname} ended with ${code}`));
    });
  }

  /** @throws Error what the handler threw, or that the process has ended */
  tell<N extends keyof O & string>(name: N, told: O[N]['told']): Promise<O[N]['answer']> {
    const nth = ++this.#asked;
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) reject(new Error('the process has ended'));
      this.#waiting.set(nth, { resolve: (answer) => resolve(answer as O[N]['answer']), reject });
      this.#process.send({ nth, name, told } satisfies Message);
    });
  }

  async [Symbol.asyncDispose]() {
    if (this.#process.exitCode !== null || !this.#process.connected) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.disconnect();
    await ended;
  }
}

/** The other side: answers until the parent lets go. */
export function obey<O extends Orders>(handlers: Handlers<O>) {
  process.on('message', ({ nth, name, told }: Message) => {
    const reply = (said: Reply) => process.send?.(said);
    const handle = handlers[name] as (told: unknown) => unknown;
    Promise.resolve()
      .then(() => handle(told))
      .then(
        (answer) => reply({ nth, answer: answer ?? null }),
        (error: unknown) =>
          reply({ nth, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}
