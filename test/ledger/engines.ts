// test/ledger/engines.ts: the implementations of the table port that tests run on. LEDGER_ENGINE=dynalite and DYNAMODB_ENDPOINT
// (npm run test:dynamodb-local) name others than the embedded one, SQLite.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import Database from 'libsql';
import { afterAll, beforeAll } from 'vitest';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import { dynamoDbClient } from '../../functions/ledger/table/dynamodb-client.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { ledgerFile } from '../../local/sqlite/directory.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';
import { NOW, newTable, startDynamo, type TestTable } from './table.ts';

export interface Engine {
  /** A table of its own. */
  newTable(now?: () => number): Promise<EngineTable>;
  close(): Promise<void>;
}

export interface EngineTable extends AsyncDisposable {
  ledger: Ledger;
  table: Table;
  /** Requests since last asked, by operation. */
  requests(): Record<string, number>;
  /** A ledger on the same table whose requests wait for `gate` one by one; it may refuse one by throwing. */
  gated(gate: (operation: string) => Promise<unknown>): Ledger;
  /** What the ledger itself never does. */
  remove(key: Key): Promise<void>;
}

const isDynamo = process.env.LEDGER_ENGINE === 'dynalite' || process.env.DYNAMODB_ENDPOINT !== undefined;

export const startEngine = (): Promise<Engine> => (isDynamo ? startDynamoEngine() : startSqlite());

/** How many histories of the counts of days to try: each makes hundreds of requests, and some engines take milliseconds for one. */
export const histories = (embedded: number): number => (isDynamo ? Math.ceil(embedded / 4) : embedded);

export type TestEngine = Pick<Engine, 'newTable'>;

/** The engine of a test file, started with its first table. */
export function testEngine(): TestEngine {
  let started: Promise<Engine> | undefined;
  afterAll(async () => (await started)?.close());
  return {
    newTable: async (now) => {
      started ??= startEngine();
      return (await started).newTable(now);
    },
  };
}

/** One table for all tests of a file. */
export function testTable(engine = testEngine()): EngineTable {
  const table = {} as EngineTable;
  beforeAll(async () => {
    Object.assign(table, await engine.newTable());
  });
  afterAll(() => table[Symbol.asyncDispose]());
  return table;
}

const atNow = () => Date.parse(NOW);

async function startSqlite(): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  let tables = 0;
  return {
    newTable: async (now = atNow) => {
      const dataDir = join(directory, String(tables++));
      const table = await SqliteTable.open({ dataDir, create: true, write: true });
      let counts: Record<string, number> = {};
      const counted = intercepted(table, async (operation) => {
        counts[operation] = (counts[operation] ?? 0) + 1;
      });
      return {
        table: counted,
        ledger: tableLedger({ table: counted, now }),
        requests: () => {
          const counted = counts;
          counts = {};
          return counted;
        },
        gated: (gate) => tableLedger({ table: intercepted(table, gate), now }),
        remove: async ({ pk, sk }) => {
          const database = new Database(ledgerFile(dataDir));
          database.prepare('DELETE FROM items WHERE pk = ? AND sk = ?').run(pk, sk);
          database.close();
        },
        [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
      };
    },
    close: () => rm(directory, { recursive: true }),
  };
}

async function startDynamoEngine(): Promise<Engine> {
  const dynamo = await startDynamo();
  return { newTable: (now) => dynamoTable(dynamo, now), close: () => dynamo.close() };
}

/** A table in DynamoDB, for what only DynamoDB can do. */
export async function dynamoTable(
  dynamo: LocalDynamoDB,
  now = atNow,
): Promise<EngineTable & Pick<TestTable, 'client' | 'tableName'>> {
  const own = await newTable(dynamo, now);
  const { client, tableName } = own;
  // Made as the functions make theirs.
  const quick = dynamoDbClient(dynamo.clientConfig);
  return {
    ...own,
    table: new DynamoTable(tableName, client),
    gated: (gate) => tableLedger({ table: intercepted(new DynamoTable(tableName, quick), gate), now }),
    remove: async (key) => {
      await client.send(new DeleteItemCommand({ TableName: tableName, Key: marshall(key) }));
    },
    [Symbol.asyncDispose]: async () => {
      quick.destroy();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** The table, but for some of its methods. */
export const overTable = (table: Table, methods: Partial<Table>): Table => ({
  query: (range) => table.query(range),
  get: (key) => table.get(key),
  put: (item, condition) => table.put(item, condition),
  update: (key, change, condition) => table.update(key, change, condition),
  count: (range) => table.count(range),
  batchGet: (keys, options) => table.batchGet(keys, options),
  scan: (options) => table.scan(options),
  ...methods,
});

/** Waits for `before` ahead of every request, which it names as DynamoDB does. */
function intercepted(table: Table, before: (operation: string) => Promise<unknown>): Table {
  return {
    query: async (range) => {
      await before('Query');
      return table.query(range);
    },
    get: async (key) => {
      await before('GetItem');
      return table.get(key);
    },
    put: async (item, condition) => {
      await before('PutItem');
      return table.put(item, condition);
    },
    update: async (key, change, condition) => {
      await before('UpdateItem');
      return table.update(key, change, condition);
    },
    count: async (range) => {
      await before('Query');
      return table.count(range);
    },
    batchGet: async (keys) => {
      await before('BatchGetItem');
      return table.batchGet(keys);
    },
    scan: async function* (options) {
      await before('Scan');
      yield* table.scan(options);
    },
  };
}
