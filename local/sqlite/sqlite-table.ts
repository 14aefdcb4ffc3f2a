// local/sqlite/sqlite-table.ts: the table port on SQLite: one file, without AWS and without a server.
import { INDEXES, TABLE } from '../../functions/ledger/model/table.ts';
import type { Deleter } from '../../functions/ledger/table/deleter.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import {
  type BatchOptions,
  type Condition,
  everything,
  fieldOf,
  fitsFilter,
  type Range,
  type ScanOptions,
  type Slice,
  type Table,
  type Update,
  type Written,
} from '../../functions/ledger/table/table-port.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { ledgerAt, ledgerToMake, noLedger } from './directory.ts';
import { refused } from './errors.ts';
import { EmptyFile } from './format.ts';
import { carried, checkFields, keyNames, whereOf } from './range-sql.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { itemOf, pick, stored } from './stored-item.ts';

export interface OpenOptions extends Pick<ConnectionOptions, 'write' | 'patienceMs'> {
  dataDir: string;
  /** Makes the directory and the file where they aren't there. @default false */
  create?: boolean;
}

/** A commit waits for the disk for as long as some hundred writes take; these take less than `TURN_MS` of a connection. */
const PARALLEL_WRITES = 256;
/** Rows fetched at once: few enough for memory where each has 400 KB. */
const CHUNK = 100;
const KEYS_CHUNK = 2_000;
/** Of one slice, as DynamoDB's, so that nothing reads more at once than it would there. */
const SLICE_BYTES = 1_048_576;
const GET = 'SELECT item FROM items WHERE pk = ? AND sk = ?';
const PUT = 'INSERT INTO items (pk, sk, item) VALUES (?, ?, ?) ON CONFLICT (pk, sk) DO UPDATE SET item = excluded.item';

/** @throws LedgerError from every method; nothing else. */
export class SqliteTable implements Table, Deleter, AsyncDisposable {
  readonly parallelWrites = PARALLEL_WRITES;
  readonly #connection: Connection;

  /**
   * Several processes may have one directory open, to read and to write.
   * @throws LedgerError where there is nothing to read, or something else is in its place
   */
  static async open({ dataDir, create = false, ...options }: OpenOptions): Promise<SqliteTable> {
    const file = create ? ledgerToMake(dataDir) : ledgerAt(dataDir);
    try {
      return new SqliteTable(await Connection.open({ file, ...options }));
    } catch (error) {
      throw error instanceof EmptyFile ? noLedger(dataDir) : error;
    }
  }

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  [Symbol.asyncDispose]() {
    return this.#connection.close();
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.#connection.read((file) => getItem(file, key));
  }

  async put(item: Item & Key, condition: Condition = {}): Promise<Written> {
    const put = stored(item);
    return this.#write(item, condition, (file) => {
      file.run(PUT, [put.pk, put.sk, put.json]);
      return item;
    });
  }

  async update(key: Key, { set = {}, add = {} }: Update, condition: Condition): Promise<Written> {
    return this.#write(key, condition, (file, before) => {
      const sums = Object.entries(add).map(([name, more]) => [name, sum(fieldOf(before, name), more)]);
      const item = { ...before, ...set, ...Object.fromEntries(sums), pk: key.pk, sk: key.sk };
      const { pk, sk, json } = stored(item);
      file.run(PUT, [pk, sk, json]);
      return itemOf(json);
    });
  }

  async delete(key: Key, condition: Condition = {}): Promise<boolean> {
    const { done } = await this.#write(key, condition, (file) => {
      file.run('DELETE FROM items WHERE pk = ? AND sk = ?', [key.pk, key.sk]);
      return {};
    });
    return done;
  }

  async query(range: Range): Promise<Slice> {
    const { index, limit = Number.POSITIVE_INFINITY, fields } = range;
    checkFields(range);
    return this.#connection.read((file) => {
      const read = sliceOf(file, range, limit);
      const items = read.items.filter(fitsFilter(range)).map((item) => (fields ? pick(item, fields) : item));
      const last = read.items.at(-1);
      const after = last && read.more ? { last: pick(last, keyNames(index)) } : {};
      return { items, scanned: read.items.length, ...after };
    });
  }

  async count(range: Range): Promise<number> {
    const { filter, holds, after: _, limit: __, ...all } = range;
    if (filter || holds) {
      let count = 0;
      for await (const _item of everything(this, { ...range, fields: [] })) count += 1;
      return count;
    }
    const { where, values } = whereOf(all);
    return this.#connection.read((file) =>
      Number(file.rows(`SELECT count(*) FROM items WHERE ${where}`, values)[0]?.[0]),
    );
  }

  async batchGet(keys: readonly Key[], { fields }: BatchOptions = {}): Promise<Item[]> {
    const items = await this.#connection.read((file) => keys.map((key) => getItem(file, key)));
    return items.flatMap((item) => (item === undefined ? [] : [fields ? pick(item, ['pk', 'sk', ...fields]) : item]));
  }

  async *scan({ fields, index }: ScanOptions = {}): AsyncGenerator<Item> {
    checkFields({ index, fields });
    const from = index ? `items INDEXED BY "${index}"` : 'items';
    const { partition, sort } = index ? INDEXES[index] : TABLE;
    const keys = [...new Set([partition, sort, 'pk', 'sk'])];
    const list = keys.map((key) => `"${key}"`).join(', ');
    const present = `"${partition}" IS NOT NULL AND "${sort}" IS NOT NULL`;
    // Keys are in the index of SQLite, which need not read the items then.
    const areKeys = fields?.every((name) => keys.includes(name)) === true;
    const [columns, chunk] = areKeys ? [list, KEYS_CHUNK] : ['item', CHUNK];
    const itemIn = (row: readonly unknown[]): Item =>
      areKeys ? Object.fromEntries(keys.map((key, at) => [key, row[at]])) : itemOf(String(row[0]));
    for (let after: Item | undefined; ; ) {
      const beyond = after ? `AND (${list}) > (${keys.map(() => '?').join(', ')})` : '';
      const sql = `SELECT ${columns} FROM ${from} WHERE ${present} ${beyond} ORDER BY ${list} LIMIT ${chunk}`;
      const values = after ? keys.map((key) => String(after?.[key])) : [];
      const items = await this.#connection.read((file) => file.rows(sql, values).map(itemIn));
      for (const item of items) {
        const held = carried(index, item);
        yield fields ? pick(held, fields) : held;
      }
      after = items.at(-1);
      if (items.length < chunk) return;
    }
  }

  #write(
    key: Key,
    condition: Condition,
    write: (file: SqliteFile, before: Item | undefined) => Item,
  ): Promise<Written> {
    return this.#connection.write((file) => {
      const before = getItem(file, key);
      const holds = Object.entries(condition).every(([name, value]) => fits(fieldOf(before, name), value));
      return holds ? { done: true, item: write(file, before) } : { done: false, repeated: false };
    });
  }
}

function getItem(file: SqliteFile, { pk, sk }: Key): Item | undefined {
  const json = file.rows(GET, [pk, sk])[0]?.[0];
  return json === undefined ? undefined : itemOf(json);
}

/** Up to 1 MB of items, in order. */
function sliceOf(file: SqliteFile, range: Range, limit: number): { items: Item[]; more: boolean } {
  const items: Item[] = [];
  let bytes = 0;
  for (let after = range.after; ; after = items.at(-1)) {
    const { where, order, values } = whereOf({ ...range, ...(after ? { after } : {}) });
    const wanted = Math.min(CHUNK, limit - items.length);
    const sql = `SELECT item FROM items WHERE ${where} ORDER BY ${order} LIMIT ?`;
    const rows = file.rows(sql, [...values, wanted]);
    for (const [json] of rows) {
      items.push(carried(range.index, itemOf(json)));
      bytes += json.length;
      if (items.length >= limit || bytes >= SLICE_BYTES) return { items, more: true };
    }
    if (rows.length < wanted) return { items, more: false };
  }
}

const fits = (has: unknown, wanted: Condition[string]) =>
  typeof wanted === 'object' ? has === undefined || (typeof has === 'number' && has < wanted.below) : has === wanted;

function sum(before: unknown = 0, more: number): number {
  if (typeof before === 'number') return before + more;
  throw refused(`expected a number to add ${more} to, got ${JSON.stringify(before)}`);
}
