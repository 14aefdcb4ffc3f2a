// bench/dynamo/engine.ts is dynalite with a meter: it hooks into the few functions through which dynalite's actions pass, since
// only there an item is known as it was and as it is. A failed condition, too, is seen nowhere else.
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { feedPartition, jobSk, projectPk, runPk } from '../../functions/ledger/table/keys.ts';
import { type Meter, pointRead } from './meter.ts';
import { type Item, itemBytes, type KeyNames, type Value } from './units.ts';

interface KeySchema {
  KeySchema: readonly { AttributeName: string }[];
}
export interface Index extends KeySchema {
  IndexName: string;
  Projection: { ProjectionType: string };
}
export interface Table extends KeySchema {
  TableName: string;
  GlobalSecondaryIndexes?: readonly Index[];
}

interface Asked {
  Key?: Item;
  Item?: Item;
  ConsistentRead?: boolean;
  ReturnConsumedCapacity?: string;
  IndexName?: string;
  KeyConditions?: Record<string, { AttributeValueList: readonly Value[] }>;
}

interface QueryAnswer {
  ScannedCount: number;
  ConsumedCapacity?: { CapacityUnits: number };
}
type Callback<T> = (error: unknown, answer?: T) => void;

interface Batch {
  batch(
    operations: readonly { type: 'put'; key: string; value: string; valueEncoding: 'utf8' }[],
    done: Callback<void>,
  ): void;
}
export interface Store {
  getItemDb(table: string): Batch;
  getIndexDb(kind: 'Global', table: string, index: string): Batch;
  getTable(name: string, done: Callback<Table>): void;
}

/** What we use of dynalite's insides, which come without types. */
interface Insides {
  create(options: object): Store;
  createKey(item: Item, table: Table): string;
  getIndexActions(
    indexes: readonly Index[],
    before: Item | undefined,
    after: Item,
    table: Table,
  ): { puts: readonly { index: string; key: string; item: Item }[] };
  checkConditional(asked: Asked, existing: Item | undefined): unknown;
  addConsumedCapacity(asked: Asked, isRead: boolean, item: Item | undefined, old?: Item): unknown;
  updateIndexes(
    store: Store,
    table: Table,
    before: Item | undefined,
    after: Item | undefined,
    done: Callback<void>,
  ): void;
  queryTable(store: Store, table: Table, asked: Asked, ...rest: unknown[]): void;
}

const require = createRequire(import.meta.url);
const insides: Insides = require('dynalite/db');
const dynalite: (options: object) => Server = require('dynalite');

export interface Engine {
  answer: RequestListener;
  store: Store;
}

/** One at a time in a process: dynalite's insides are shared. @param path of a directory. @default in memory */
export function startEngine(meter: Meter, path?: string): Engine {
  hookInto(meter);
  let store: Store | undefined;
  const { create } = original;
  insides.create = (options) => {
    store = create(options);
    return store;
  };
  const server = dynalite({
    ...(path === undefined ? {} : { path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  if (!store) throw new Error('dynalite made its store in another way than before: look at bench/dynamo/engine.ts');
  return { answer: (request, response) => void server.emit('request', request, response), store };
}

const original = { ...insides };

function hookInto(meter: Meter) {
  insides.checkConditional = (asked, existing) => {
    const refusal = original.checkConditional(asked, existing);
    if (refusal) meter.refused(asked.Key ?? asked.Item ?? {}, existing);
    return refusal;
  };
  insides.updateIndexes = (store, table, before, after, done) => {
    meter.wrote(before, after, (table.GlobalSecondaryIndexes ?? []).map(keysOf));
    original.updateIndexes(store, table, before, after, done);
  };
  insides.addConsumedCapacity = (asked, isRead, item, old) => {
    if (isRead) meter.read(asked.Key ?? {}, pointRead(item, item ? itemBytes(item) : 0, asked.ConsistentRead === true));
    return original.addConsumedCapacity(asked, isRead, item, old);
  };
  insides.queryTable = (store, table, asked, ...rest) => {
    const done = rest.pop() as Callback<QueryAnswer>;
    const counting: Callback<QueryAnswer> = (error, answer) => {
      if (answer) {
        const units = answer.ConsumedCapacity?.CapacityUnits ?? 0;
        const least = asked.ConsistentRead === true ? 1 : 0.5;
        meter.read(rangeKey(asked), { units: Math.max(least, units), items: answer.ScannedCount });
        delete answer.ConsumedCapacity;
      }
      done(error, answer);
    };
    original.queryTable(store, table, { ...asked, ReturnConsumedCapacity: 'TOTAL' }, ...rest, counting);
  };
}

/** @throws Error for an index that holds only some fields */
function keysOf({ IndexName, KeySchema, Projection }: Index): KeyNames {
  if (Projection.ProjectionType !== 'ALL')
    throw new Error(`index ${IndexName} holds only some fields: units.ts has no rule`);
  return KeySchema.map(({ AttributeName }) => AttributeName);
}

/** What a query is about, as the key of an item of that kind. */
function rangeKey({ IndexName, KeyConditions = {} }: Asked): Item {
  const first = (name: string) => KeyConditions[name]?.AttributeValueList[0]?.S ?? '';
  if (IndexName === undefined) return { pk: { S: first('pk') }, sk: { S: first('sk') } };
  const feed = first('feed');
  if (feed.startsWith(feedPartition('RUNS', ''))) return { pk: { S: runPk('') } };
  const isJob = feed === '' || feed.startsWith(feedPartition('JOBS', ''));
  return isJob ? { pk: { S: projectPk('') }, sk: { S: jobSk('') } } : {};
}

/** Puts items straight into the store, all of them new, without a request or a charge for any. */
export async function putAll({ store }: Engine, tableName: string, items: Iterable<Item>, batchSize = 2_000) {
  const table = await promised<Table>((done) => store.getTable(tableName, done));
  let batch: Item[] = [];
  const write = async () => {
    await putBatch(store, table, batch);
    batch = [];
  };
  for (const item of items) if (batch.push(item) === batchSize) await write();
  if (batch.length > 0) await write();
}

async function putBatch(store: Store, table: Table, items: readonly Item[]) {
  const { TableName, GlobalSecondaryIndexes = [] } = table;
  // The same text goes into the table and into each index.
  const texts = new Map(items.map((item) => [item, JSON.stringify(item)]));
  const put = (into: Batch, entries: readonly { key: string; item: Item }[]) => {
    const operations = entries.map(({ key, item }) => {
      return { type: 'put', key, value: texts.get(item) ?? JSON.stringify(item), valueEncoding: 'utf8' } as const;
    });
    return promised<void>((done) => into.batch(operations, done));
  };
  await put(
    store.getItemDb(TableName),
    items.map((item) => ({ key: insides.createKey(item, table), item })),
  );
  for (const index of GlobalSecondaryIndexes) {
    const entries = items.flatMap((item) => insides.getIndexActions([index], undefined, item, table).puts);
    if (entries.length > 0) await put(store.getIndexDb('Global', TableName, index.IndexName), entries);
  }
}

const promised = <T>(call: (done: Callback<T>) => void) =>
  new Promise<T>((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer as T))));
