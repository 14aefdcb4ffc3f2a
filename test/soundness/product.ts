// test/soundness/product.ts: the product's public faces, the only place where it meets the oracle's world.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Progress } from '../../bin/process/progress.ts';
import type { Terminal } from '../../bin/process/terminal.ts';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Transport, TransportAnswer, TransportRequest } from '../../functions/atlas/http/transport.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { plan } from '../../functions/collector/plan/plan.ts';
import { retiredCredentials } from '../../functions/collector/plan/retirement.ts';
import { handleTask } from '../../functions/collector/run/handle-task.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { createTableInput } from '../../functions/ledger/model/table.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { retainAll } from '../../functions/ledger/retention/retain-all.ts';
import { dynamoDeleter } from '../../functions/ledger/table/deleter.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { integrityOf, verifyAll } from '../../functions/proof/verify/verify-all.ts';
import { wholeEvidence } from '../report/whole.ts';
import { MemoryClient, type MemoryTable, type StoreConditions } from './outside/store.ts';
import type { Kind } from './outside/world.ts';
import { MAX_RUN_MS, type Process } from './process.ts';

/** What a process runs on. */
export interface Machine {
  process: Process;
  table: MemoryTable;
  conditions: StoreConditions;
  /** What comes back over the network, or nothing. */
  send(account: string, request: { method: string; url: URL }, timeoutMs: number): Promise<TransportAnswer | 'none'>;
}

export interface RunRequest {
  runId: string;
  full: boolean;
  scope?: { projectId: string; clusterName?: string };
}

export interface RunOutcome {
  status: 'running' | 'complete' | 'incomplete' | 'failed';
  /** Jobs that were not understood. */
  problems: number;
}

export type ClaimState = 'complete' | 'incomplete' | 'not known';

/** A job as the ledger has it. */
export interface LedgerRow {
  jobId: string;
  projectId: string;
  clusterName: string;
  kind: Kind;
  status: string;
}

/** What the coverage says of one list of restore jobs. */
export interface CoverageRow {
  projectId: string;
  clusterName: string;
  kind: Kind;
  /** ok: read, without an error, and all of it understood. none: there is no such list. */
  says: 'ok' | 'none' | 'other';
  /** ISO 8601, by the collector's clock. */
  readAt?: string;
  attemptedAt?: string;
}

/** How the table is made, for a store of any kind. */
export const tableDefinition = () => createTableInput('ledger');

/** What stands behind the keys, for whoever takes items out behind the product's back. */
export const isJobItem = (sk: string) => sk.startsWith('JOB#');
export const isCoverageItem = (sk: string) => sk === 'COVERAGE';
export const projectOf = (pk: string) => pk.slice('PROJECT#'.length);

/** True for an error that the product promises for a store that fails. */
export const isStoreError = (error: unknown) => error instanceof LedgerError;

export class Product implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #ledger: Ledger;
  readonly #accounts: { name: string; atlas: AtlasClient }[];

  constructor(machine: Machine, accounts: readonly string[]) {
    this.#machine = machine;
    const { process, table, conditions } = machine;
    const client = new MemoryClient(table, process, conditions) as unknown as DynamoDBClient;
    this.#ledger = tableLedger({ tableName: 'ledger', client, now: process.now });
    const clock = { now: process.now, sleep: process.sleep };
    this.#accounts = accounts.map((name) => {
      const credentials = fixedCredentials({
        type: 'serviceAccount',
        clientId: name,
        clientSecret: `secret-of-${name}`,
      });
      const transport = new MachineTransport(machine, name);
      return { name, atlas: new AtlasClient({ credentials, clock, transport, baseUrl: 'https://atlas.example' }) };
    });
  }

  /** The command line's way: all of it in this process. */
  async command({ runId, full, scope = {} as never }: RunRequest, signal: AbortSignal): Promise<RunOutcome> {
    const { now, sleep } = this.#machine.process;
    const ports = { accounts: this.#accounts, ledger: this.#ledger, log: silentLog, clock: { now, sleep } };
    const { run, parts } = await runLocally({ runId, trigger: 'command', scope, full }, ports, {}, signal);
    const problems = parts.reduce((sum, { counts }) => sum + counts.problems, 0);
    // As `collect` tells it: a run that has not ended was not read whole.
    return { status: run.status === 'running' ? 'incomplete' : run.status, problems };
  }

  /** The first half of the functions' way. @param enqueue given the messages */
  async plan({ runId, full, scope }: RunRequest, enqueue: (messages: string[]) => void): Promise<void> {
    await plan(
      { runId, trigger: 'schedule', full, ...(scope ? { scope } : {}) },
      {
        accounts: this.#accounts,
        ledger: this.#ledger,
        log: silentLog,
        now: this.#machine.process.now,
        enqueue: async (orders) => enqueue(orders.map((order) => JSON.stringify(order))),
      },
    );
  }

  /** The second half: one message. @param sendLater takes what it leaves to do */
  async carryOut(message: string, timeLeftMs: () => number, sendLater: (message: string, delayMs: number) => void) {
    const queue = { sendLater: async (order: object, delayMs: number) => sendLater(JSON.stringify(order), delayMs) };
    const { now } = this.#machine.process;
    const ports = { accounts: this.#accounts, ledger: this.#ledger, queue, log: silentLog, now, timeLeftMs };
    await handleTask(message, ports, { followMs: 20 * 60_000 });
  }

  async run(runId: string): Promise<RunOutcome | undefined> {
    const found = await this.#ledger.run(runId);
    return found && { status: found.run.status, problems: found.run.counts?.problems ?? 0 };
  }

  /** What the evidence claims of a period, ISO 8601. */
  async claim(since: string, until: string): Promise<{ state: ClaimState; gaps: string[] }> {
    const madeAt = new Date(this.#machine.process.now()).toISOString();
    const period = { since, until, ended: until < madeAt };
    const about = { version: '0', ledgerName: 'memory', verify: false, progress: silent };
    const { verdict, gaps } = await wholeEvidence(this.#ledger, { period, madeAt, ...about });
    return {
      state: verdict.state,
      gaps: gaps.map(({ reason, text }) => `${reason}: ${text}`),
    };
  }

  async verify(): Promise<{ unbroken: boolean; jobs: number }> {
    const results = [];
    for await (const result of verifyAll(this.#ledger, { progress: silent })) results.push(result);
    const { verified, jobs } = integrityOf(results);
    return { unbroken: verified, jobs };
  }

  /** A step of the retention of all jobs. @returns how many it let go, and deleted */
  async retain(days: number): Promise<number> {
    const { table, process, conditions } = this.#machine;
    const client = new MemoryClient(table, process, conditions) as unknown as DynamoDBClient;
    const ports = {
      table: new DynamoTable('ledger', client),
      ledger: this.#ledger,
      deleter: dynamoDeleter('ledger', client),
      now: process.now,
    };
    let touched = 0;
    for await (const one of retainAll(ports, { days, graceMs: MAX_RUN_MS }))
      if ('letGo' in one) touched += one.letGo + one.deleted;
    return touched;
  }

  /** Since when a project's jobs are kept, and which older ones are. ISO 8601. */
  async keepsSince(projectId: string): Promise<{ before: string; kept: readonly string[] } | undefined> {
    return (await this.#ledger.coverage(projectId))?.letGo;
  }

  /** A person ends credentials that are not used any more, but for these. */
  async endOthers(names: readonly string[]): Promise<string[]> {
    const { accounts = {} } = (await this.#ledger.scope()) ?? {};
    const others = Object.keys(accounts).filter((name) => !names.includes(name));
    const at = new Date(this.#machine.process.now()).toISOString();
    for (const name of others)
      await this.#ledger.saveScope((stored) => retiredCredentials(stored, name, { at, by: 'ops', reason: 'not used' }));
    return others;
  }

  async coverage(): Promise<CoverageRow[]> {
    const rows: CoverageRow[] = [];
    for await (const { projectId, clusters } of this.#ledger.coverages()) {
      for (const { clusterName, lists, goneAt } of Object.values(clusters)) {
        for (const [kind, { readAt, attemptedAt, error, answer, problemCount = 0 }] of Object.entries(lists)) {
          const isRight = goneAt === undefined && error === undefined && problemCount === 0;
          rows.push({
            ...{ projectId, clusterName, kind: kind as Kind, attemptedAt },
            says: isRight && answer !== undefined ? 'none' : isRight && readAt !== undefined ? 'ok' : 'other',
            ...(readAt === undefined ? {} : { readAt }),
          });
        }
      }
    }
    return rows;
  }

  /** Every job that the ledger has of a project. */
  async *jobs(projectId: string): AsyncGenerator<LedgerRow> {
    for await (const job of this.#ledger.projectJobs(projectId)) {
      const { jobId, clusterName, kind, status } = job;
      yield { jobId, projectId: job.projectId, clusterName, kind, status };
    }
  }

  async [Symbol.asyncDispose]() {
    for (const { atlas } of this.#accounts) await atlas.close();
  }
}

const silent = new Progress({ isTerminal: false } as Terminal, { on: false });

class MachineTransport implements Transport {
  readonly #machine: Machine;
  readonly #account: string;

  constructor(machine: Machine, account: string) {
    this.#machine = machine;
    this.#account = account;
  }

  async send({ method, url, timeoutMs }: TransportRequest): Promise<TransportAnswer> {
    const answer = await this.#machine.send(this.#account, { method, url }, timeoutMs);
    if (answer !== 'none') return answer;
    throw new AtlasError('ATLAS_UNAVAILABLE', `${method} ${url.pathname} got no answer`);
  }

  async close() {}
}
