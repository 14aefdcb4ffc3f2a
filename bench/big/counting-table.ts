// bench/big/counting-table.ts: a table that counts what is read of another, as DynamoDB would charge for it.
import { itemBytes } from '../../functions/ledger/model/item-size.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import {
  type BatchOptions,
  type Condition,
  everything,
  type Range,
  type ScanOptions,
  type Slice,
  type Table,
  type Update,
} from '../../functions/ledger/table/table-port.ts';
import { defined } from '../../functions/platform/defined.ts';

export interface Reads {
  /** Writes included. */
  requests: number;
  /** Items looked at, before filters. */
  items: number;
  /** Of these items, whole: DynamoDB reads what it then leaves out. */
  bytes: number;
  /** Read capacity units. */
  units: number;
}

const NOTHING: Readonly<Reads> = { requests: 0, items: 0, bytes: 0, units: 0 };
const UNIT_BYTES = 4_096;
/** DynamoDB's answers to Query and Scan end here, and those to BatchGetItem below. */
const SLICE_BYTES = 1_048_576;
const BATCH_BYTES = 16 * SLICE_BYTES;

/** It reads more than it is asked for, to see what filters hide, so its times mean nothing. */
export class CountingTable implements Table {
  readonly #table: Table;
  #reads = { ...NOTHING };

  constructor(table: Table) {
    this.#table = table;
  }

  /** Since last asked. */
  taken(): Reads {
    const reads = this.#reads;
    this.#reads = { ...NOTHING };
    return reads;
  }

  async get(key: Key) {
    const item = await this.#table.get(key);
    this.#count(item ? [item] : [], { consistent: true });
    return item;
  }

  async query({ fields: _, ...range }: Range): Promise<Slice> {
    const slice = await this.#table.query(range);
    this.#count(await this.#lookedAt(range, slice), range);
    return slice;
  }

  async count({ fields: _, ...range }: Range): Promise<number> {
    let count = 0;
    for await (const item of everything(this, range)) count += item ? 1 : 0;
    return count;
  }

  async batchGet(keys: readonly Key[], { consistent }: BatchOptions = {}) {
    const items = await this.#table.batchGet(keys, defined({ consistent }));
    const sizes = items.map(itemBytes);
    const bytes = sum(sizes);
    // Each item is rounded up by itself, and one that isn't there counts as a small one.
    const whole = sum(sizes.map(unitsOf)) + keys.length - items.length;
    this.#add({
      requests: Math.max(1, Math.ceil(bytes / BATCH_BYTES)),
      items: items.length,
      bytes,
      units: consistent ? whole : whole / 2,
    });
    return items;
  }

  async *scan({ index }: ScanOptions = {}) {
    const consistent = index === undefined;
    let slice: Item[] = [];
    let bytes = 0;
    for await (const item of this.#table.scan(defined({ index }))) {
      slice.push(item);
      bytes += itemBytes(item);
      yield item;
      if (bytes < SLICE_BYTES) continue;
      this.#count(slice, { consistent });
      [slice, bytes] = [[], 0];
    }
    this.#count(slice, { consistent });
  }

  put(item: Item & Key, condition?: Condition) {
    this.#add({ ...NOTHING, requests: 1 });
    return this.#table.put(item, condition);
  }

  update(key: Key, change: Update, condition: Condition) {
    this.#add({ ...NOTHING, requests: 1 });
    return this.#table.update(key, change, condition);
  }

  async #lookedAt({ filter, holds, ...range }: Range, { items, scanned }: Slice): Promise<Item[]> {
    if (items.length === scanned) return items;
    return (await this.#table.query({ ...range, limit: scanned })).items;
  }

  /** One request. */
  #count(items: readonly Item[], { consistent = false }: { consistent?: boolean }) {
    const bytes = sum(items.map(itemBytes));
    const whole = Math.max(1, unitsOf(bytes));
    this.#add({ requests: 1, items: items.length, bytes, units: consistent ? whole : whole / 2 });
  }

  #add(more: Reads) {
    for (const name of Object.keys(NOTHING) as (keyof Reads)[]) this.#reads[name] += more[name];
  }
}

const unitsOf = (bytes: number) => Math.ceil(bytes / UNIT_BYTES);
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
