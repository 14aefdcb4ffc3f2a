// bin/output/formats.ts: rows for programs: JSON, JSON lines, CSV. Each row is written as it is read.
import type { Command } from 'commander';
import { UsageError } from '../process/exit-codes.ts';
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Terminal } from '../process/terminal.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface CsvFlags {
  /** A byte order mark, by which Excel knows UTF-8. Pipes would take it for a part of the first column's name. @default false */
  bom?: boolean | undefined;
}

export const withBom = (command: Command) =>
  command.option('--bom', 'begin CSV with a byte order mark, so that Excel reads it as UTF-8');

/** @throws UsageError */
export function checkBom({ bom, format }: CsvFlags & { format: Format }) {
  if (bom && format !== 'csv') throw new UsageError(`--bom: expected --format csv with it, got ${format}`);
}

export interface RowShape<T> {
  document(row: T): object;
  columns: readonly string[];
  /** By column; a missing value is an empty cell. */
  cells(row: T): object;
}

export async function writeRows<T>(
  rows: AsyncIterable<T> | Iterable<T>,
  format: Exclude<Format, 'table'>,
  shape: RowShape<T>,
  out: Terminal,
  { bom = false }: CsvFlags = {},
): Promise<void> {
  if (bom) await out.write('\ufeff');
  const { begin, row: textOf, end } = format === 'csv' ? await csv(shape) : json(format, shape);
  let count = 0;
  await out.write(begin);
  for await (const row of rows) await out.write(textOf(row, count++));
  await out.write(end(count));
}

interface Writer<T> {
  begin: string;
  row(row: T, index: number): string;
  end(count: number): string;
}

function json<T>(format: 'json' | 'ndjson', { document }: RowShape<T>): Writer<T> {
  if (format === 'ndjson') return { begin: '', row: (row) => `${sanitizeJson(document(row), 0)}\n`, end: () => '' };
  const indented = (row: T) => sanitizeJson(document(row)).replaceAll('\n', '\n  ');
  return {
    begin: '[',
    row: (row, index) => `${index === 0 ? '' : ','}\n  ${indented(row)}`,
    end: (count) => (count === 0 ? ']\n' : '\n]\n'),
  };
}

async function csv<T>({ columns, cells }: RowShape<T>): Promise<Writer<T>> {
  const { stringify } = await import('csv-stringify/sync');
  // A cell must not become a formula where a spreadsheet opens the file; nor may a part of one, where it splits at ";".
  const line = (values: readonly (string | number)[]) =>
    stringify([values], { escape_formulas: true, quoted_match: /[;]/ });
  const cellOf = (value: unknown) => (typeof value === 'number' ? value : sanitize(String(value ?? '')));
  const row = (of: T) => {
    const values = new Map<string, unknown>(Object.entries(cells(of)));
    return line(columns.map((name) => cellOf(values.get(name))));
  };
  return { begin: line([...columns]), row, end: () => '' };
}
