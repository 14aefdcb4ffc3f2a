// bench/ledger/lambdas.ts enters the functions as Lambda runs them: one plan, and then one order after the other in a sandbox that
// is warm. Their milliseconds are those that a bill counts; a start of a sandbox is in bench/cold.
import { AtlasClient } from '../../functions/atlas/client.ts';
import { plan } from '../../functions/collector/plan/plan.ts';
import { handleTask } from '../../functions/collector/run/handle-task.ts';
import type { CollectTask } from '../../functions/collector/task/task.ts';
import type { Ledger, Recorded } from '../../functions/ledger/model/ledger.ts';
import type { Run, RunPart } from '../../functions/ledger/model/run.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import type { Log } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { Metrics, withMetrics } from '../../functions/runtime/metrics.ts';
import { sourceOf } from '../contenders/credentials.ts';
import { TABLE } from '../dynamo/orders.ts';
import { contend } from '../harness/contender.ts';
import { peakMb } from '../harness/memory.ts';
import type { LedgerConfig } from './config.ts';
import { checkRun } from './run-check.ts';
import { clientOf } from './table.ts';

/** What Lambda allows by default, in ms. */
const TIMEOUT_MS = 120_000;
/** What the logger adds to the fields of a line: time, level, request id, trace id, function and memory. */
const LINE_BYTES = 400;
/** Lambda's own lines of an invocation: START, END, REPORT. */
const PLATFORM_BYTES = 300;
/** SQS takes so many messages a request. */
const BATCH = 10;

contend<Required<LedgerConfig>>(({ access, scheme, dynamo }) => {
  const client = clientOf(dynamo);
  const atlas = new AtlasClient({ credentials: sourceOf(access, scheme) });
  const sandbox = new Sandbox(atlas, tableLedger({ tableName: TABLE, client }));
  return {
    async pass() {
      const numbers = await sandbox.run();
      return { ids: sandbox.ids, numbers: { ...numbers, peakMb: peakMb() } };
    },
    async close() {
      await atlas.close();
      client.destroy();
    },
  };
});

class Sandbox {
  readonly ids: string[] = [];
  readonly #atlas: AtlasClient;
  readonly #ledger: Ledger;
  #logBytes = 0;
  #queued: CollectTask[] = [];
  #later = 0;
  #run: Run | undefined;
  #parts: RunPart[] = [];

  constructor(atlas: AtlasClient, ledger: Ledger) {
    this.#atlas = atlas;
    this.#ledger = ledger;
  }

  /** One run, to its end. @returns what is billed of it */
  async run(): Promise<Record<string, number>> {
    const runId = newObjectId(new Date());
    [this.#logBytes, this.#later, this.#run, this.#parts] = [0, 0, undefined, []];
    const planMs = await timed(() => this.#plan(runId));
    const orders = this.#queued.splice(0);
    let collectMs = 0;
    for (const order of orders) collectMs += await timed(() => this.#carryOut(order));
    if (!this.#run) throw new Error(`run ${runId} was not finished`);
    checkRun(this.#run, this.#parts);
    if (this.#later > 0) throw new Error(`${this.#later} orders were left for later: this world was to be quiet`);
    return {
      ...{ planMs, collectMs, invocations: 1 + orders.length },
      logBytes: this.#logBytes + (1 + orders.length) * PLATFORM_BYTES,
      // Sent in batches; received and deleted one by one, as the mapping gives one message an invocation.
      sqsRequests: Math.ceil(orders.length / BATCH) + 2 * orders.length,
    };
  }

  #plan(runId: string) {
    const { ledger, log, flush } = this.#ports();
    const accounts = [{ name: 'bench', atlas: this.#atlas }];
    const enqueue = async (orders: readonly CollectTask[]) => void this.#queued.push(...orders);
    const ports = { accounts, ledger, log, now: Date.now, enqueue };
    return plan({ runId, trigger: 'schedule' }, ports).finally(flush);
  }

  #carryOut(order: CollectTask) {
    const { ledger, log, flush } = this.#ports();
    const began = Date.now();
    const queue = {
      sendLater: async () => {
        this.#later += 1;
      },
    };
    const accounts = [{ name: 'bench', atlas: this.#atlas }];
    const timeLeftMs = () => TIMEOUT_MS - (Date.now() - began);
    const ports = { accounts, ledger, queue, log, now: Date.now, timeLeftMs };
    return handleTask(JSON.stringify(order), ports, {}).finally(flush);
  }

  #ports() {
    const metrics = new Metrics('bench', (line) => this.#note(line.length));
    const keep = (message: string, fields: object = {}) =>
      this.#note(LINE_BYTES + message.length + JSON.stringify(fields).length);
    const log: Log = { debug: () => {}, info: keep, warn: keep, error: keep };
    const ledger = withMetrics(
      {
        ...this.#ledger,
        record: async (...job) => this.#noteJob(await this.#ledger.record(...job)),
        finishPart: async (runId, part) => this.#notePart(part, await this.#ledger.finishPart(runId, part)),
      },
      metrics,
      Date.now,
    );
    return { ledger, log, flush: () => metrics.flush(Date.now()) };
  }

  #note(bytes: number) {
    this.#logBytes += bytes;
  }

  #notePart(part: RunPart, run: Run): Run {
    this.#parts.push(part);
    this.#run = run;
    return run;
  }

  #noteJob(recorded: Recorded): Recorded {
    if (recorded.outcome === 'new') this.ids.push(recorded.job.jobId);
    return recorded;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
