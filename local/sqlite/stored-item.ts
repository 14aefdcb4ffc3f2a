// local/sqlite/stored-item.ts is an item as it is kept: JSON, of what DynamoDB would take and in no other shape.
import { LedgerError } from '../../functions/ledger/errors.ts';
import { itemBytes } from '../../functions/ledger/item-size.ts';
import type { Item } from '../../functions/ledger/job-item.ts';
import { TABLE } from '../../functions/ledger/table.ts';
import { setField } from '../../functions/own-field.ts';
import { refused } from './errors.ts';
import { INDEXED } from './schema.ts';

/** DynamoDB's limit, 2026-11. */
const MAX_BYTES = 409_600;
/** DynamoDB's numbers are 0 and from here to 9.99e125; the SDK sends no whole ones past 2^53. */
const LEAST = 1e-130;

export interface Stored {
  pk: string;
  sk: string;
  json: string;
}

/** @throws LedgerError where DynamoDB would refuse it, too */
export function stored(item: Item): Stored {
  const plain = plainOf(item) as Item;
  const keys = [TABLE.partition, TABLE.sort].map((name) => keyOf(plain, name));
  for (const name of INDEXED) if (plain[name] !== undefined) keyOf(plain, name);
  const bytes = itemBytes(plain);
  if (bytes <= MAX_BYTES) return { pk: keys[0] as string, sk: keys[1] as string, json: JSON.stringify(plain) };
  const message = `item ${keys.join(' ')} takes ${bytes} bytes, and ${MAX_BYTES} are the most: see which field is so long`;
  throw new LedgerError('LEDGER_ITEM_TOO_LARGE', message);
}

export const itemOf = (json: string): Item => JSON.parse(json);

function keyOf(item: Item, name: string): string {
  const key = item[name];
  if (typeof key === 'string' && key !== '') return key;
  throw refused(`${name} of an item: expected a text that is not empty, got ${JSON.stringify(key)}`);
}

function plainOf(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      if (value === 0 || (Math.abs(value) >= LEAST && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return value;
      throw refused(`expected a number that DynamoDB can hold, got ${value}`);
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.filter((inner) => inner !== undefined).map(plainOf);
      return plainMap(value);
    case 'string':
    case 'boolean':
      return value;
    default:
      throw refused(`expected what JSON can hold, got a ${typeof value}`);
  }
}

function plainMap(map: object): Item {
  const plain: Item = {};
  for (const [name, inner] of Object.entries(map)) if (inner !== undefined) setField(plain, name, plainOf(inner));
  return plain;
}
