// local/sqlite/stored-item.ts: an item as stored, JSON of what DynamoDB would take, and its fields.
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { itemBytes } from '../../functions/ledger/model/item-size.ts';
import { TABLE } from '../../functions/ledger/model/table.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import { refused } from './errors.ts';
import { INDEXED } from './schema.ts';

/** DynamoDB's limit, 2026-11. */
const MAX_BYTES = 409_600;
/** DynamoDB's numbers are 0 and from here to 9.99e125; the SDK sends no whole ones past 2^53. */
const MIN_NUMBER = 1e-130;

export interface Stored {
  pk: string;
  sk: string;
  json: string;
}

/** @throws LedgerError where DynamoDB would refuse it, too */
export function stored(item: Item): Stored {
  check(item);
  const keys = [TABLE.partition, TABLE.sort].map((name) => keyOf(item, name));
  for (const name of INDEXED) if (item[name] !== undefined) keyOf(item, name);
  const json = JSON.stringify(item);
  // Nothing takes more than 4 times as many bytes there as characters here, so most need no second look.
  const bytes = json.length * 4 > MAX_BYTES ? itemBytes(item) : 0;
  if (bytes <= MAX_BYTES) return { pk: keys[0] as string, sk: keys[1] as string, json };
  const message = `item ${keys.join(' ')} takes ${bytes} bytes, and at most ${MAX_BYTES} are allowed: see which field is so long`;
  throw new LedgerError('LEDGER_ITEM_TOO_LARGE', message);
}

export const itemOf = (json: string): Item => JSON.parse(json);

function keyOf(item: Item, name: string): string {
  const key = item[name];
  if (typeof key === 'string' && key !== '') return key;
  throw refused(`${name} of an item: expected a text that is not empty, got ${JSON.stringify(key)}`);
}

/** JSON holds what is left: it leaves out fields that are undefined, as the SDK's marshaller does. */
function check(value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (value === 0 || (Math.abs(value) >= MIN_NUMBER && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return;
    throw refused(`expected a number that DynamoDB can hold, got ${value}`);
  }
  if (typeof value !== 'object') throw refused(`expected what JSON can hold, got ${typeof value}`);
  for (const inner of Object.values(value)) if (inner !== undefined || Array.isArray(value)) check(inner);
}

export function pick(item: Item, names: readonly string[]): Item {
  const picked: Item = {};
  for (const name of names) if (Object.hasOwn(item, name)) picked[name] = item[name];
  return picked;
}
