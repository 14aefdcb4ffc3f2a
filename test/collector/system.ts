// test/collector/system.ts is the whole system but for AWS: simulator, real client, real ledger on dynalite, all over HTTP.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { integrityOf, verifyAll } from '../../bin/actions/verify.ts';
import { Progress } from '../../bin/process/progress.ts';
import type { Terminal } from '../../bin/process/terminal.ts';
import { gather } from '../../bin/report/gather.ts';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import type { PlanRequest } from '../../functions/collector/plan/plan.ts';
import { type LocalRunPorts, runLocally } from '../../functions/collector/run/local-run.ts';
import type { Ledger, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import { type Log, silentLog } from '../../functions/platform/log.ts';
import type { Kind } from '../../functions/restore/job.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { type AtlasSimulator, type SimulatorOptions, startAtlas } from '../../local/atlas/server.ts';
import { ensureTable, startDynamoDB } from '../../local/dynamodb.ts';
import { ManualClock } from '../../local/manual-clock.ts';

export const KIND_LIST: readonly Kind[] = ['dedicated', 'flex', 'serverless', 'collection'];

/** One dynalite serves a test file; each system has a table of its own in it. */
export async function startStore() {
  const dynamodb = await startDynamoDB();
  let tables = 0;
  return {
    async table() {
      const counted = { reads: 0, writes: 0 };
      const client = new DynamoDBClient(dynamodb.clientConfig);
      client.middlewareStack.add(
        (next, context) => (args) => {
          if (/^(Put|Update|Delete)/.test(context.commandName ?? '')) counted.writes += 1;
          else counted.reads += 1;
          return next(args);
        },
        { step: 'initialize' },
      );
      tables += 1;
      const tableName = `ledger-${tables}`;
      await ensureTable(client, tableName);
      counted.reads = 0;
      // Of its own: a document client changes the settings of the client below it.
      const document = DynamoDBDocumentClient.from(new DynamoDBClient(dynamodb.clientConfig));
      return { client, document, tableName, counted };
    },
    [Symbol.asyncDispose]: () => dynamodb.close(),
  };
}

export type Store = Awaited<ReturnType<typeof startStore>>;

const silent = new Progress({ isTerminal: false } as Terminal, { on: false });

export class System implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly atlas: AtlasSimulator;
  readonly client: AtlasClient;
  readonly ledger: Ledger;
  readonly counted: { reads: number; writes: number };
  readonly #table: { client: DynamoDBDocumentClient; tableName: string };

  private constructor(
    parts: Pick<System, 'clock' | 'atlas' | 'client' | 'ledger' | 'counted'>,
    table: { client: DynamoDBDocumentClient; tableName: string },
  ) {
    this.clock = parts.clock;
    this.atlas = parts.atlas;
    this.client = parts.client;
    this.ledger = parts.ledger;
    this.counted = parts.counted;
    this.#table = table;
  }

  static async start(store: Store, options: SimulatorOptions = {}, log: Log = silentLog): Promise<System> {
    const clock = new ManualClock();
    const atlas = await startAtlas({ clock, ...options });
    const credentials = fixedCredentials({ type: 'apiKey', ...atlas.apiKey });
    const client = new AtlasClient({ credentials, baseUrl: atlas.url, clock, log });
    const { client: dynamodb, document, tableName, counted } = await store.table();
    const ledger = tableLedger({ tableName, client: dynamodb, now: () => clock.now() });
    return new System({ clock, atlas, client, ledger, counted }, { client: document, tableName });
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

  /** Every job of the ledger, by id: the items themselves. */
  async recorded(): Promise<Map<string, LedgerJob>> {
    const jobs = new Map<string, LedgerJob>();
    const scan = paginateScan({ client: this.#table.client }, { TableName: this.#table.tableName });
    for await (const { Items = [] } of scan) {
      for (const item of Items) if (String(item.sk).startsWith('JOB#')) jobs.set(item.jobId, item as LedgerJob);
    }
    return jobs;
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
    return gather(this.ledger, { period, madeAt, ...about });
  }

  async verify() {
    const results = [];
    for await (const result of verifyAll(this.ledger, { progress: silent })) results.push(result);
    return { ...integrityOf(results), results };
  }

  /** Writes to an item as somebody else would. */
  async forge(key: Key, change: (item: Record<string, unknown>) => void): Promise<void> {
    const TableName = this.#table.tableName;
    const { Item = {} } = await this.#table.client.send(new GetCommand({ TableName, Key: key }));
    change(Item);
    await this.#table.client.send(new PutCommand({ TableName, Item }));
  }

  /** Takes an item out of the table, as nothing of ours ever does. */
  async forget(key: Key): Promise<void> {
    await this.#table.client.send(new DeleteCommand({ TableName: this.#table.tableName, Key: key }));
  }

  async [Symbol.asyncDispose]() {
    await this.client.close();
    await this.atlas.close();
  }
}
