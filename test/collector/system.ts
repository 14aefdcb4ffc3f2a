// test/collector/system.ts: the whole system but for AWS: simulator, client over real HTTP, ledger on the engine of the run.

import { Progress } from '../../bin/process/progress.ts';
import type { Terminal } from '../../bin/process/terminal.ts';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { PlanRequest } from '../../functions/collector/plan/plan.ts';
import { type LocalRunPorts, runLocally } from '../../functions/collector/run/local-run.ts';
import { annotateJob } from '../../functions/ledger/annotations/annotate.ts';
import type { AnnotationPatch } from '../../functions/ledger/annotations/patch.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import type { Ledger, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { retainAll } from '../../functions/ledger/retention/retain-all.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Condition, Table } from '../../functions/ledger/table/table-port.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { type Log, silentLog } from '../../functions/platform/log.ts';
import { integrityOf, verifyAll } from '../../functions/proof/verify/verify-all.ts';
import type { Annotator } from '../../functions/restore/annotations.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { type AtlasSimulator, type SimulatorOptions, startAtlas } from '../../local/atlas/server.ts';
import { ManualClock } from '../../local/manual-clock.ts';
import { ADA } from '../ledger/annotations/annotators.ts';
import type { Engine, EngineTable } from '../ledger/engines.ts';
import { wholeEvidence } from '../report/whole.ts';

export const KIND_LIST: readonly Kind[] = ['dedicated', 'flex', 'serverless', 'collection'];

const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

const silent = new Progress({ isTerminal: false } as Terminal, { on: false });

interface RetainOptions {
  /** @default every one */
  stopAfter?: number;
  /** @default false */
  dryRun?: boolean;
  /** @default the system's own */
  table?: Table;
  beforeDeletion?: () => Promise<void>;
}

export class System implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly atlas: AtlasSimulator;
  readonly client: AtlasClient;
  readonly ledger: Ledger;
  readonly #table: EngineTable;

  private constructor(parts: Pick<System, 'clock' | 'atlas' | 'client'>, table: EngineTable) {
    this.clock = parts.clock;
    this.atlas = parts.atlas;
    this.client = parts.client;
    this.ledger = table.ledger;
    this.#table = table;
  }

  static async start(
    engine: Pick<Engine, 'newTable'>,
    options: SimulatorOptions = {},
    log: Log = silentLog,
  ): Promise<System> {
    const clock = new ManualClock();
    const atlas = await startAtlas({ clock, ...options });
    const credentials = fixedCredentials({ type: 'apiKey', ...atlas.apiKey });
    const client = new AtlasClient({ credentials, baseUrl: atlas.url, clock, log });
    return new System({ clock, atlas, client }, await engine.newTable(() => clock.now()));
  }

  get table(): Table {
    return this.#table.table;
  }

  /** The ledger, of which the nth write fails, and all after it. */
  dyingAt(nth: number): Ledger {
    let writes = 0;
    return this.#table.gated(async (operation) => {
      if (!READS.has(operation)) writes += 1;
      if (writes >= nth) throw new LedgerError('LEDGER_UNAVAILABLE', `write ${nth} fails`);
    });
  }

  /** Requests to the table since last asked. */
  requests(): { reads: number; writes: number } {
    const counts = { reads: 0, writes: 0 };
    for (const [operation, count] of Object.entries(this.#table.requests()))
      counts[READS.has(operation) ? 'reads' : 'writes'] += count;
    return counts;
  }

  /** A run of everything, or of what `request` narrows it to. */
  run(request: Partial<PlanRequest> & { signal?: AbortSignal } = {}, ports: Partial<LocalRunPorts> = {}, options = {}) {
    const { signal, ...rest } = request;
    return runLocally(
      { runId: newObjectId(new Date(this.clock.now())), trigger: 'command', ...rest },
      {
        accounts: [{ name: 'test', atlas: this.client }],
        ledger: this.ledger,
        log: silentLog,
        clock: this.clock,
        ...ports,
      },
      options,
      signal,
    );
  }

  /** Every job of the world that a list can still give, by id. */
  listed() {
    const jobs = new Map<string, { kind: Kind; clusterName: string; projectId: string }>();
    for (const { id: projectId } of this.atlas.world.projects) {
      for (const { name: clusterName } of this.atlas.world.clusters(projectId)) {
        for (const kind of KIND_LIST) {
          for (const job of this.jobsOf(projectId, clusterName, kind))
            jobs.set(job.id, { kind, clusterName, projectId });
        }
      }
    }
    return jobs;
  }

  jobsOf(projectId: string, clusterName: string, kind: Kind) {
    const tier = this.atlas.world.cluster({ projectId, clusterName })?.tier;
    const has: Record<Kind, boolean> = {
      dedicated: tier === 'replicaSet' || tier === 'sharded',
      collection: tier === 'replicaSet' || tier === 'sharded',
      flex: tier === 'flex',
      serverless: tier === 'serverless',
    };
    return has[kind] ? this.atlas.world.jobs(projectId, clusterName, kind) : [];
  }

  /** What a person says of a job, at the time that it is. */
  annotate(projectId: string, jobId: string, patch: AnnotationPatch, by: Annotator = ADA) {
    const at = new Date(this.clock.now());
    const signature = { by, at: at.toISOString(), runId: newObjectId(at) };
    return annotateJob(this.#table.table, { projectId, jobId }, patch, signature);
  }

  /** Keys of all items, in no order. */
  async keys(): Promise<Key[]> {
    return (await listOf(this.#table.table.scan())).map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
  }

  /** Every job of the ledger, by id: the items themselves. */
  async recorded(): Promise<Map<string, LedgerJob>> {
    const jobs = new Map<string, LedgerJob>();
    for await (const item of this.#table.table.scan())
      if (String(item.sk).startsWith('JOB#')) jobs.set(String(item.jobId), item as unknown as LedgerJob);
    return jobs;
  }

  /** A step of the retention of jobs. @param stopAfter deletions, as a crash would @returns the projects that it did something to */
  async retain(days: number, options: RetainOptions = {}) {
    const { stopAfter = Number.POSITIVE_INFINITY, dryRun = false, table = this.#table.table, beforeDeletion } = options;
    const ledger = options.table ? tableLedger({ table, now: () => this.clock.now() }) : this.ledger;
    let left = stopAfter;
    const deleter = {
      delete: async (key: Key, { revision }: Condition = {}) => {
        await beforeDeletion?.();
        if (left-- <= 0) throw new LedgerError('LEDGER_UNAVAILABLE', 'crashed');
        if (revision !== undefined && (await table.get(key))?.revision !== revision) return false;
        await this.#table.remove(key);
        return true;
      },
    };
    const ports = { table, ledger, deleter, now: () => this.clock.now() };
    const projects = await listOf(retainAll(ports, { days, dryRun }));
    return projects.filter((one) => 'error' in one || one.letGo + one.deleted > 0 || one.held !== undefined);
  }

  /** The evidence of a period, in ms since the epoch. */
  async claim(sinceMs: number, untilMs: number, { verify = false } = {}) {
    const [since, until, madeAt] = [sinceMs, untilMs, this.clock.now()].map((ms) => new Date(ms).toISOString()) as [
      string,
      string,
      string,
    ];
    const period = { since, until, ended: until < madeAt };
    const about = { version: '0', ledgerName: 'test', verify, progress: silent };
    return wholeEvidence(this.ledger, { period, madeAt, ...about });
  }

  async verify() {
    const results = [];
    for await (const result of verifyAll(this.ledger, { progress: silent })) results.push(result);
    return { ...integrityOf(results), results };
  }

  /** Writes to an item as somebody else would. */
  async forge(key: Key, change: (item: Record<string, unknown>) => void): Promise<void> {
    const item = (await this.#table.table.get(key)) ?? {};
    change(item);
    await this.#table.table.put({ ...item, ...key });
  }

  /** Takes an item out of the table, as nothing of ours ever does. */
  forget(key: Key): Promise<void> {
    return this.#table.remove(key);
  }

  async [Symbol.asyncDispose]() {
    await this.client.close();
    await this.atlas.close();
    await this.#table[Symbol.asyncDispose]();
  }
}
