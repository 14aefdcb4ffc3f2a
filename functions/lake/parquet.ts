// functions/lake/parquet.ts: rows as a Parquet file, a row group at a time.
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { COLUMNS, type Column, type Value } from './columns.ts';

/** Rows held before they are encoded: some 2 KB each. */
export const ROW_GROUP = 5_000;

/** Like what created a file of Apache's own: readers look for the word `version`. */
const CREATED_BY = 'atlas-restore-ledger version 1';

/** What Athena and DuckDB both read: optional columns, Snappy, times in UTC milliseconds. Equal rows make equal bytes. */
export class ParquetFile {
  rows = 0;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #columns: Value[][] = emptyColumns();

  constructor() {
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema: SCHEMA, createdBy: CREATED_BY });
  }

  /** @param row a value for each of `COLUMNS` */
  add(row: readonly Value[]): void {
    for (const [index, value] of row.entries()) this.#columns[index]?.push(value);
    this.rows += 1;
    if (this.rows % ROW_GROUP === 0) this.#flush();
  }

  /** The whole file. Nothing can be added after it. */
  end(): Uint8Array {
    if (this.rows % ROW_GROUP > 0) this.#flush();
    this.#writer.finish();
    return this.#bytes.getBytes();
  }

  #flush() {
    const columnData = COLUMNS.map(({ name, type }, index) => ({
      name,
      data: this.#columns[index] ?? [],
      // Of the newer format's encodings, the one for booleans is what older readers lack.
      ...(type === 'boolean' && { encoding: 'PLAIN' as const }),
    }));
    this.#columns = emptyColumns();
    this.#writer.write({ columnData, rowGroupSize: ROW_GROUP });
  }
}

const emptyColumns = (): Value[][] => COLUMNS.map(() => []);

const OPTIONAL = { repetition_type: 'OPTIONAL' } as const;
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
function elementsOf({ name, type }: Column): SchemaElement[] {
  if (type === 'string') return [{ name, ...OPTIONAL, ...TEXT }];
  if (type === 'int') return [{ name, ...OPTIONAL, type: 'INT32' }];
  if (type === 'boolean') return [{ name, ...OPTIONAL, type: 'BOOLEAN' }];
  if (type === 'timestamp') {
    const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const;
    return [{ name, ...OPTIONAL, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type }];
  }
  return [
    { name, ...OPTIONAL, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...OPTIONAL, ...TEXT },
  ];
}

const SCHEMA: SchemaElement[] = [
  { name: 'change', num_children: COLUMNS.length },
  ...COLUMNS.flatMap((column) => elementsOf(column)),
];
