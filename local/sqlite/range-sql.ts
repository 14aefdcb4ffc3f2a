// local/sqlite/range-sql.ts: a range of the table or of an index in SQL, and what an index holds.
import { INDEXES, type IndexName, TABLE } from '../../functions/ledger/model/table.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Range } from '../../functions/ledger/table/table-port.ts';
import { refused } from './errors.ts';
import { pick } from './stored-item.ts';

/** No UTF-8 has this byte, so it is behind every text that begins alike. */
const BEHIND = "CAST(x'ff' AS TEXT)";

export function whereOf({ index, partition, between, beginsWith, order = 'asc', after }: Range) {
  const keys = index ? INDEXES[index] : TABLE;
  const sort = `"${keys.sort}"`;
  const clauses = [`"${keys.partition}" = ?`, `${sort} IS NOT NULL`];
  const values: (string | number)[] = [partition];
  if (between) {
    clauses.push(`${sort} BETWEEN ? AND ?`);
    values.push(...between);
  }
  if (beginsWith !== undefined) {
    clauses.push(`${sort} >= ? AND ${sort} < ? || ${BEHIND}`);
    values.push(beginsWith, beginsWith);
  }
  // Items of an index may have equal keys there, and are in the order of their own.
  const columns = [...new Set([keys.sort, 'pk', 'sk'])];
  if (after) {
    const list = columns.map((name) => `"${name}"`).join(', ');
    clauses.push(`(${list}) ${order === 'asc' ? '>' : '<'} (${columns.map(() => '?').join(', ')})`);
    values.push(...columns.map((name) => String(after[name])));
  }
  return {
    where: clauses.join(' AND '),
    order: columns.map((name) => `"${name}" ${order}`).join(', '),
    values,
  };
}

export const keyNames = (index: Range['index']): string[] => [
  ...new Set(['pk', 'sk', ...(index ? [INDEXES[index].partition, INDEXES[index].sort] : [])]),
];

const fieldsIn = (index: IndexName) => [...keyNames(index), ...INDEXES[index].fields];
const CARRIED: Readonly<Record<IndexName, readonly string[]>> = {
  byCluster: fieldsIn('byCluster'),
  byStatus: fieldsIn('byStatus'),
  feed: fieldsIn('feed'),
};

/** What DynamoDB's index would hold of an item. */
export const carried = (index: Range['index'], item: Item): Item => (index ? pick(item, CARRIED[index]) : item);

interface Asked extends Pick<Range, 'filter' | 'holds'> {
  index?: IndexName | undefined;
  fields?: readonly string[] | undefined;
}

/** As DynamoDB does. @throws LedgerError where an index is asked for fields, or filters, that it doesn't carry */
export function checkFields({ index, fields: asked = [], filter = {}, holds = {} }: Asked) {
  const fields = [...asked, ...Object.keys(filter), ...Object.keys(holds)];
  const others = index ? fields.filter((name) => !CARRIED[index].includes(name)) : [];
  if (others.length > 0) throw refused(`Global secondary index ${index} does not project [${others.join(', ')}]`);
}
