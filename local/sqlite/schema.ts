// local/sqlite/schema.ts: the table in SQLite: whole items as JSON, and DynamoDB's indexes over fields of the same row, so
// that no index can differ.
import { INDEXES, type Index, type IndexName } from '../../functions/ledger/model/table.ts';

/** `ARLG`, by which `file` and we tell a ledger from any other SQLite file: https://sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x41524c47;
/** Of what is below. A file of another version is refused. */
export const SCHEMA_VERSION = 1;

export const indexes = Object.entries(INDEXES) as [IndexName, Index][];

/** Fields that are keys of an index. */
export const INDEXED = [...new Set(indexes.flatMap(([, { partition, sort }]) => [partition, sort]))];

// SQLite's text is compared byte by byte as UTF-8, which is DynamoDB's order of sort keys, too.
const columns = INDEXED.map((name) => `"${name}" TEXT AS (json_extract(item, '$.${name}')) VIRTUAL`);

export const SCHEMA = [
  `CREATE TABLE items (pk TEXT NOT NULL, sk TEXT NOT NULL, item TEXT NOT NULL, ${columns.join(', ')}, PRIMARY KEY (pk, sk))`,
  // As in DynamoDB, an item without one of the keys is not in the index.
  ...indexes.map(
    ([name, { partition, sort }]) =>
      `CREATE INDEX "${name}" ON items ("${partition}", "${sort}", pk, sk) WHERE "${partition}" IS NOT NULL AND "${sort}" IS NOT NULL`,
  ),
  `PRAGMA application_id = ${APPLICATION_ID}`,
  `PRAGMA user_version = ${SCHEMA_VERSION}`,
];
