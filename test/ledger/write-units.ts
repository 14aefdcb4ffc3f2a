// test/ledger/write-units.ts: a table that counts the write units that DynamoDB would bill, by the rules of its documentation:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
import { itemBytes } from '../../functions/ledger/model/item-size.ts';
import { INDEXES, type Index } from '../../functions/ledger/model/table.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { overTable } from './engines.ts';

const unitsOf = (item: Item | undefined) => (item ? Math.ceil(itemBytes(item) / 1024) : 0);

/** Of a write that made `after` of `before`. */
export function writeUnits(before: Item | undefined, after: Item): number {
  const own = Math.max(unitsOf(before), unitsOf(after));
  return Object.values(INDEXES).reduce((sum, index) => sum + indexUnits(index, before, after), own);
}

function indexUnits(index: Index, before: Item | undefined, after: Item): number {
  const [was, is] = [entryOf(index, before), entryOf(index, after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return 0;
  const isMoved = was && is && (was[index.partition] !== is[index.partition] || was[index.sort] !== is[index.sort]);
  return isMoved ? unitsOf(was) + unitsOf(is) : Math.max(unitsOf(was), unitsOf(is));
}

/** In one order of fields. */
function entryOf({ partition, sort, fields }: Index, item: Item | undefined): Item | undefined {
  if (item?.[partition] === undefined || item[sort] === undefined) return undefined;
  const names = ['pk', 'sk', partition, sort, ...fields].filter((name) => item[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** @param onWrite gets the key of each item written, and its units */
export function countingUnits(table: Table, onWrite: (key: Key, units: number) => void): Table {
  return overTable(table, {
    put: async (item, condition) => {
      const before = await table.get({ pk: item.pk, sk: item.sk });
      const written = await table.put(item, condition);
      if (written.done) onWrite(item, writeUnits(before, written.item));
      return written;
    },
    update: async (key, change, condition) => {
      const before = await table.get(key);
      const written = await table.update(key, change, condition);
      if (written.done) onWrite(key, writeUnits(before, written.item));
      return written;
    },
  });
}
