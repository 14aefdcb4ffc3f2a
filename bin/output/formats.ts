// bin/output/formats.ts: rows for programs: JSON, JSON lines, CSV. Each row is written as it is read.
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Terminal } from '../process/terminal.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

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
): Promise<void> {
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
