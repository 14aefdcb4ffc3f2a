// functions/ledger/table/table-port.ts: the table port. DynamoDB fills it (dynamo-table.ts), and SQLite (local/sqlite/), so every rule of
// the ledger holds in both.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { IndexName } from '../model/table.ts';
import type { Item } from './job-item.ts';
import type { Key } from './keys.ts';

/** DynamoDB's limit of keys in one batch. */
export const MAX_BATCH_KEYS = 100;

/** Equal to these values; undefined means that the attribute, or the item, isn't there; `below` that it isn't, or is less. */
export type Condition = Record<string, string | number | { below: number } | undefined>;

export type Written =
  | { done: true; item: Item }
  /** The condition didn't hold. `repeated`: the request was sent more than once, so its first may have been written. */
  | { done: false; repeated: boolean };

export interface Update {
  set?: Item;
  /** Added to a number; one that isn't there counts as 0. */
  add?: Record<string, number>;
  /** Doesn't give the item back, as a role that may write certain attributes only may not see the others. @default false */
  blind?: true;
}

export interface Range {
  /** The table itself where absent. */
  index?: IndexName;
  partition: string;
  /** Sort keys from and to, both included. @default all */
  between?: readonly [string, string];
  beginsWith?: string;
  /** @default 'asc' */
  order?: 'asc' | 'desc';
  /** Most items to look at, before the filter. @default as many as fit into 1 MB */
  limit?: number;
  /** Equal to one of these values. An index knows of its own fields only. */
  filter?: Record<string, readonly string[]>;
  /** Lists of texts that hold one of these. */
  holds?: Record<string, readonly string[]>;
  /** An index refuses to give others than its own. @default all; of an index, all that it carries */
  fields?: readonly string[];
  /** Of the table only. @default false */
  consistent?: boolean;
  after?: Item;
}

export interface Slice {
  items: Item[];
  /** Items looked at, before the filter. */
  scanned: number;
  /** Key of the last item looked at, where there may be more. */
  last?: Item;
}

export interface BatchOptions {
  /** @default false */
  consistent?: boolean;
  /** @default all */
  fields?: readonly string[];
}

export interface ScanOptions {
  /** @default all */
  fields?: readonly string[];
  /** Items of this index; DynamoDB's indexes follow the table by some milliseconds. @default the table, read consistently */
  index?: IndexName;
}

/** @throws LedgerError from every method; nothing else. */
export interface Table {
  /** How many writes are worth having under way: those of an embedded table share a commit. @default as many as of DynamoDB */
  readonly parallelWrites?: number;
  /** A consistent read. */
  get(key: Key): Promise<Item | undefined>;
  /** Resolves once the item is durable. */
  put(item: Item & Key, condition?: Condition): Promise<Written>;
  /** Resolves with the whole item, or an empty one where `blind` is set, once it is durable. An item that isn't there is made, where the condition lets it. */
  update(key: Key, change: Update, condition: Condition): Promise<Written>;
  /** One request: at most 1 MB, and at most `limit` items. */
  query(range: Range): Promise<Slice>;
  /** How many items are in a range. */
  count(range: Range): Promise<number>;
  /** The items that are there, in the order of `keys`. @param keys at most 100 @param options.consistent as of `Range` */
  batchGet(keys: readonly Key[], options?: BatchOptions): Promise<Item[]>;
  /** Every item, in no order, with one request's in memory. */
  scan(options?: ScanOptions): AsyncGenerator<Item>;
}

/** The whole items of these keys, or of what a query of an index found, in their order. Requests: 1 batch read for each 100. */
export async function itemsAt(
  table: Pick<Table, 'batchGet'>,
  entries: readonly (Item | Key)[],
  fields?: readonly string[],
): Promise<Item[]> {
  const keys = entries.map(({ pk, sk }) => ({ pk, sk }) as Key);
  const batches = chunks(keys, MAX_BATCH_KEYS);
  // An index may be ahead of a replica of the table, but not of the table.
  const read = await Promise.all(
    [...batches].map((some) => table.batchGet(some, defined({ consistent: true, fields }))),
  );
  return read.flat();
}

/** Whether an item is what `filter` and `holds` of a range ask for. */
export const fitsFilter =
  ({ filter = {}, holds = {} }: Pick<Range, 'filter' | 'holds'>) =>
  (item: Item) =>
    Object.entries(filter).every(([name, values]) => values.includes(fieldOf(item, name) as string)) &&
    Object.entries(holds).every(([name, wanted]) => {
      const texts = fieldOf(item, name);
      return Array.isArray(texts) && wanted.some((text) => texts.includes(text));
    });

/** Items are maps: what objects inherit, such as `constructor`, is not in them. */
export const fieldOf = (item: Item | undefined, name: string): unknown =>
  item && Object.hasOwn(item, name) ? item[name] : undefined;

/** Everything in a range, with one request's items in memory. */
export async function* everything(table: Pick<Table, 'query'>, range: Range): AsyncGenerator<Item> {
  for (let next: Range | undefined = range; next; ) {
    const { items, last }: Slice = await table.query(next);
    yield* items;
    next = last && { ...range, after: last };
  }
}
