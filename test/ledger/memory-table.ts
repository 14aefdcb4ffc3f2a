// test/ledger/memory-table.ts: the table port in memory, for thousands of histories a second, with indexes that may be some writes behind the
// table, as those of DynamoDB are some milliseconds.

import { INDEXES, TABLE } from '../../functions/ledger/model/table.ts';
import type { Deleter } from '../../functions/ledger/table/deleter.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import {
  type BatchOptions,
  type Condition,
  fieldOf,
  fitsFilter,
  type Range,
  type ScanOptions,
  type Slice,
  type Table,
  type Update,
  type Written,
} from '../../functions/ledger/table/table-port.ts';
import { carried, checkFields, keyNames } from '../../local/sqlite/range-sql.ts';

/** Items that one query gives, so that there are queries that go on. */
const SLICE_ITEMS = 40;

export class MemoryTable implements Table, Deleter {
  readonly #stored = new Map<string, Item>();
  readonly #indexed = new Map<string, Item>();
  /** Keys written, oldest first, that the indexes do not show yet, and what was written. */
  readonly #behind: { name: string; item: Item | undefined }[] = [];
  readonly #lag: () => number;

  /** @param lag after a write, how many writes the indexes may be behind */
  constructor(lag: () => number = () => 0) {
    this.#lag = lag;
  }

  /** The indexes show everything. */
  catchUp = () => this.#show(0);

  get = async (key: Key): Promise<Item | undefined> => this.#stored.get(nameOf(key));

  put = async (item: Item & Key, condition: Condition = {}): Promise<Written> =>
    this.#write(item, condition, () => item);

  update = async (key: Key, { set = {}, add = {} }: Update, condition: Condition): Promise<Written> =>
    this.#write(key, condition, (before) => {
      const sums = Object.entries(add).map(([name, more]) => [name, Number(fieldOf(before, name) ?? 0) + more]);
      return { ...before, ...set, ...Object.fromEntries(sums), ...key };
    });

  delete = async (key: Key, condition: Condition = {}): Promise<boolean> =>
    (await this.#write(key, condition, () => undefined)).done;

  async query(range: Range): Promise<Slice> {
    const { limit = Number.POSITIVE_INFINITY, index, fields } = range;
    checkFields(range);
    const found = this.#inRange(range);
    const items = found.slice(0, Math.min(limit, SLICE_ITEMS));
    const last = items.length < found.length ? items.at(-1) : undefined;
    const fitting = items.filter(fitsFilter(range)).map((item) => (fields ? picked(item, fields) : item));
    return { items: fitting, scanned: items.length, ...(last && { last: picked(last, keyNames(index)) }) };
  }

  count = async (range: Range): Promise<number> => this.#inRange(range).filter(fitsFilter(range)).length;

  async batchGet(keys: readonly Key[], { fields }: BatchOptions = {}): Promise<Item[]> {
    const items = keys.map((key) => this.#stored.get(nameOf(key))).filter((item) => item !== undefined);
    return fields ? items.map((item) => picked(item, ['pk', 'sk', ...fields])) : items;
  }

  async *scan({ fields, index }: ScanOptions = {}): AsyncGenerator<Item> {
    checkFields({ index, fields });
    const { partition } = index ? INDEXES[index] : TABLE;
    for (const stored of [...(index ? this.#indexed : this.#stored).values()]) {
      const item = carried(index, stored);
      if (item[partition] !== undefined) yield fields ? picked(item, fields) : item;
    }
  }

  #inRange({ index, partition, between, beginsWith = '', order = 'asc', after }: Range): Item[] {
    const names = index ? INDEXES[index] : TABLE;
    const placeOf = (item: Item) => [item[names.sort], item.pk, item.sk].join('\n');
    const direction = order === 'asc' ? 1 : -1;
    const isAfter = (item: Item) => !after || (placeOf(item) > placeOf(after) ? 1 : -1) * direction > 0;
    return [...(index ? this.#indexed : this.#stored).values()]
      .filter((item) => item[names.partition] === partition && item[names.sort] !== undefined)
      .filter((item) => !between || (String(item[names.sort]) >= between[0] && String(item[names.sort]) <= between[1]))
      .filter((item) => String(item[names.sort]).startsWith(beginsWith))
      .filter((item) => !after || (placeOf(item) !== placeOf(after) && isAfter(item)))
      .sort((a, b) => (placeOf(a) > placeOf(b) ? direction : -direction))
      .map((item) => carried(index, item));
  }

  #write(key: Key, condition: Condition, write: (before: Item | undefined) => Item | undefined): Written {
    const name = nameOf(key);
    const before = this.#stored.get(name);
    if (!Object.entries(condition).every(([field, wanted]) => holds(fieldOf(before, field), wanted)))
      return { done: false, repeated: false };
    const written = write(before);
    // Nobody may change what is stored by changing what was given, or given out.
    const item = written && deepFrozen(JSON.parse(JSON.stringify(written)) as Item);
    if (item === undefined) this.#stored.delete(name);
    else this.#stored.set(name, item);
    this.#behind.push({ name, item });
    this.#show(this.#lag());
    return { done: true, item: item ?? {} };
  }

  #show(behind: number) {
    for (const { name, item } of this.#behind.splice(0, Math.max(0, this.#behind.length - behind)))
      if (item === undefined) this.#indexed.delete(name);
      else this.#indexed.set(name, item);
  }
}

const nameOf = ({ pk, sk }: Key) => `${pk}\n${sk}`;

function deepFrozen<T extends object>(value: T): T {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) deepFrozen(each);
  return Object.freeze(value);
}
const picked = (item: Item, names: readonly string[]): Item =>
  Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));

const holds = (has: unknown, wanted: Condition[string]) =>
  typeof wanted === 'object' ? has === undefined || (typeof has === 'number' && has < wanted.below) : has === wanted;
