import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { COLUMNS, type ColumnType, type Value } from '../../functions/lake/columns.ts';
import { ParquetFile, ROW_GROUP } from '../../functions/lake/parquet.ts';
import { hostile } from './histories.ts';

/** A copy, as `file` may be a part of a larger buffer. */
const bufferOf = (file: Uint8Array) => file.slice().buffer;

async function read(file: Uint8Array): Promise<Value[][]> {
  const rows = await parquetReadObjects({ file: bufferOf(file) });
  return rows.map((row) => COLUMNS.map(({ name }) => row[name] ?? null));
}

function fileOf(rows: readonly (readonly Value[])[]): Uint8Array {
  const file = new ParquetFile();
  for (const row of rows) file.add(row);
  return file.end();
}

const VALUES: Record<ColumnType, fc.Arbitrary<Value>> = {
  string: hostile,
  timestamp: fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2200-01-01') }),
  int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  boolean: fc.boolean(),
  'array<string>': fc.array(hostile, { maxLength: 4 }),
};
const row = fc.tuple(...COLUMNS.map(({ type }) => fc.option(VALUES[type]))) as fc.Arbitrary<Value[]>;

/** As UTF-8 has it: half a character becomes a replacement. This reader takes a byte order mark at the beginning for no part of a text. */
const inUtf8 = (value: Value): Value => {
  if (typeof value === 'string') return new TextDecoder().decode(new TextEncoder().encode(value));
  return Array.isArray(value) ? (value.map(inUtf8) as string[]) : value;
};

const MARK = '\u{feff}';
const marked = COLUMNS.map(({ type }) =>
  type === 'string' ? `${MARK}a` : type === 'array<string>' ? [MARK, 'b'] : null,
);

test('what is written is read, by another reader: nulls, empty lists, hostile texts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      expect(await read(fileOf(rows))).toEqual(rows.map((values) => values.map(inUtf8)));
    }),
    { numRuns: 60, examples: [[[marked]]] },
  );
});

const plain = (n: number): Value[] =>
  COLUMNS.map(({ type }): Value => {
    if (type === 'string') return `text ${n}`;
    if (type === 'timestamp') return new Date(1_796_000_000_000 + n);
    if (type === 'array<string>') return [`a ${n}`, 'b'];
    return type === 'int' ? n : n % 2 === 0;
  });

test('rows go into groups, in order, and equal rows make equal bytes', async () => {
  const rows = Array.from({ length: 2 * ROW_GROUP + 1 }, (_, n) => plain(n));
  const file = fileOf(rows);
  expect(Buffer.compare(file, fileOf(rows))).toBe(0);
  const { row_groups, num_rows, created_by } = parquetMetadata(bufferOf(file));
  expect(row_groups.map((group) => Number(group.num_rows))).toEqual([ROW_GROUP, ROW_GROUP, 1]);
  expect([Number(num_rows), created_by]).toEqual([rows.length, 'atlas-restore-ledger version 1']);
  expect(await read(file)).toEqual(rows);
});

test('a day without changes has a file, with the columns and no row', async () => {
  const { schema, num_rows } = parquetMetadata(bufferOf(new ParquetFile().end()));
  expect(Number(num_rows)).toBe(0);
  expect(schema.filter(({ name }) => name !== 'list' && name !== 'element').map(({ name }) => name)).toEqual([
    'change',
    ...COLUMNS.map(({ name }) => name),
  ]);
});

test('times are UTC in milliseconds, texts UTF-8, everything optional, and encodings those that older readers know', () => {
  const { schema, row_groups } = parquetMetadata(bufferOf(fileOf(Array.from({ length: 100 }, (_, n) => plain(n % 3)))));
  const of = (name: string) => schema.find((element) => element.name === name);
  expect(of('changed_at')).toMatchObject({
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    ...{ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
  });
  expect(of('job_id')).toMatchObject({ type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' });
  expect(of('findings')).toMatchObject({ converted_type: 'LIST', repetition_type: 'OPTIONAL' });
  const encodings = row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data?.encodings ?? []));
  expect([...new Set(encodings)].sort()).toEqual(['PLAIN', 'RLE_DICTIONARY']);
  const codecs = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec));
  expect(new Set(codecs)).toEqual(new Set(['SNAPPY']));
});
