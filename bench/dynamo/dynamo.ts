// bench/dynamo/dynamo.ts: a DynamoDB in a process of its own, so that its work isn't charged to those it serves. It is dynalite or,
// where DYNAMODB_ENDPOINT is set, what answers there.
import { fileURLToPath } from 'node:url';
import { Worker } from '../harness/worker.ts';
import { type DynamoAccess, ENDPOINT } from './access.ts';
import type { DynamoHandlers } from './process.ts';

const FILE = fileURLToPath(new URL('./process.ts', import.meta.url));

export class BenchDynamo extends Worker<DynamoHandlers> {
  #access: DynamoAccess | undefined;

  /** With an empty table, and no latency. */
  static async start(): Promise<BenchDynamo> {
    const dynamo = new BenchDynamo('DynamoDB', FILE);
    dynamo.#access = await dynamo.call.start();
    return dynamo;
  }

  /** Not dynalite. */
  get isExternal(): boolean {
    return ENDPOINT !== undefined;
  }

  get access(): DynamoAccess {
    if (!this.#access) throw new Error('DynamoDB was not started');
    return this.#access;
  }
}
