// bench/atlas/atlas.ts starts the simulator in a process of its own, so that its work is not charged to whom it serves.
import { type ChildProcess, fork } from 'node:child_process';
import type { Answer } from '../harness/answer.ts';
import type { Bundler } from '../harness/bundle.ts';
import type { AtlasAccess, Counted, OrderName, Orders, Reply } from './orders.ts';
import type { WorldSize } from './world.ts';

const ENTRY = new URL('./process.ts', import.meta.url);

export class BenchAtlas implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #asked = 0;
  #access: AtlasAccess | undefined;

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.nth);
      this.#waiting.delete(reply.nth);
      if ('failed' in reply) waiting?.reject(new Error(`the simulator failed: ${reply.failed}`));
      else waiting?.resolve(reply.answer);
    });
    process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the simulator ended with ${code}`));
    });
  }

  static async start(size: WorldSize, bundler: Bundler): Promise<BenchAtlas> {
    const atlas = new BenchAtlas(fork(await bundler.bundle(ENTRY), []));
    atlas.#access = await atlas.#tell('start', size);
    return atlas;
  }

  get access(): AtlasAccess {
    if (!this.#access) throw new Error('the simulator was not started');
    return this.#access;
  }

  /** @param ms waited before each answer */
  async setLatency(ms: number): Promise<void> {
    await this.#tell('latency', ms);
  }

  /** A restore starts, and ends, in every tenth cluster. */
  async addNews(): Promise<void> {
    await this.#tell('addNews', null);
  }

  /** Takes all of them away again. */
  async removeNews(): Promise<void> {
    await this.#tell('removeNews', null);
  }

  expected(): Promise<Answer> {
    return this.#tell('expected', null);
  }

  counted(): Promise<Counted> {
    return this.#tell('counted', null);
  }

  async [Symbol.asyncDispose]() {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.disconnect();
    await ended;
  }

  #tell<N extends OrderName>(name: N, told: Orders[N]['told']): Promise<Orders[N]['answer']> {
    const nth = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(nth, { resolve: (answer) => resolve(answer as Orders[N]['answer']), reject });
      this.#process.send({ nth, name, told });
    });
  }
}
