// bench/dynamo/dynamo.ts starts the DynamoDB in a process of its own, and says what it was asked.
import type { Answer } from '../harness/answer.ts';
import type { Load } from './made-items.ts';
import type { Counted, DynamoAccess, DynamoOrders, RecordedCall } from './orders.ts';
import { ToldProcess } from './told-process.ts';

const ENTRY = new URL('./process.ts', import.meta.url);

export class BenchDynamo implements AsyncDisposable {
  readonly #process: ToldProcess<DynamoOrders>;
  readonly access: DynamoAccess;

  private constructor(process: ToldProcess<DynamoOrders>, access: DynamoAccess) {
    this.#process = process;
    this.access = access;
  }

  /** With an empty table, and no latency. */
  static async start(): Promise<BenchDynamo> {
    const process = new ToldProcess<DynamoOrders>(ENTRY, ['--max-old-space-size=6144']);
    const dynamo = new BenchDynamo(process, await process.tell('start', null));
    await dynamo.reset();
    return dynamo;
  }

  /** @param dir keeps the data, for tables that memory can't hold. @default in memory */
  async reset(dir: string | null = null): Promise<void> {
    await this.#process.tell('reset', { dir });
  }

  /** @param ms waited before each answer */
  async setLatency(ms: number): Promise<void> {
    await this.#process.tell('latency', ms);
  }

  /** @returns how many items were put in */
  load(load: Load): Promise<number> {
    return this.#process.tell('load', load);
  }

  counted(): Promise<Counted> {
    return this.#process.tell('counted', null);
  }

  /** Which jobs the table holds. */
  jobs(): Promise<Answer> {
    return this.#process.tell('jobs', null);
  }

  coverageBytes(): Promise<number[]> {
    return this.#process.tell('coverageBytes', null);
  }

  /** From now on each request is written down. */
  async record(): Promise<void> {
    await this.#process.tell('record', null);
  }

  /** Those that came since, in their order. */
  recorded(): Promise<RecordedCall[]> {
    return this.#process.tell('recorded', null);
  }

  [Symbol.asyncDispose]() {
    return this.#process[Symbol.asyncDispose]();
  }
}
