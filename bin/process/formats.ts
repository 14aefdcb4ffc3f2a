// bin/process/formats.ts writes rows for programs: JSON, JSON lines, CSV. Each row goes out as it comes.
import { sanitize, sanitizeJson } from './sanitize.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** How rows of one sort look. */
export interface RowShape<T> {
  document(row: T): object;
  columns: readonly string[];
  /** By column; what is missing is an empty cell. */
  cells(row: T): Readonly<Record<string, unknown>>;
}

/** What a format writes before, for each, and after all rows. */
export interface Writer<T> {
  begin: string;
  row(row: T, index: number): string;
  end(count: number): string;
}

export async function writerOf<T>(format: Exclude<Format, 'table'>, shape: RowShape<T>): Promise<Writer<T>> {
  const { document } = shape;
  if (format === 'csv') return csv(shape);
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
  return {
    begin: line([...columns]),
    row: (row) => {
      const values = cells(row);
      return line(columns.map((name) => cellOf(values[name])));
    },
    end: () => '',
  };
}
