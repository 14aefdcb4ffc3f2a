// bin/output/formats.ts: rows for programs: JSON, JSON lines, YAML, CSV. Each row is written as it is read.
import { sanitize, sanitizeJson } from '../process/sanitize.ts';
import type { Terminal } from '../process/terminal.ts';

export const FORMATS = ['table', 'json', 'ndjson', 'yaml', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export type DocumentFormat = Exclude<Format, 'table' | 'csv'>;

export interface RowShape<T> {
  document(row: T): object;
  columns: readonly string[];
  /** By column; a missing value is an empty cell. */
  cells(row: T): object;
}

interface Writer<T> {
  begin: string;
  row(row: T, index: number): string;
  end(count: number): string;
}

export async function writeRows<T>(
  rows: AsyncIterable<T> | Iterable<T>,
  format: Exclude<Format, 'table'>,
  shape: RowShape<T>,
  out: Terminal,
): Promise<void> {
  const { begin, row: textOf, end } = await writerOf(format, shape);
  let count = 0;
  await out.write(begin);
  for await (const row of rows) await out.write(textOf(row, count++));
  await out.write(end(count));
}

/** One value as a document of its own; of JSON lines, a line for each element. */
export async function writeDocument(value: unknown, format: DocumentFormat, out: Terminal): Promise<void> {
  if (format === 'json') return await out.line(sanitizeJson(value));
  if (format === 'yaml') return await out.write((await import('./yaml.ts')).yamlText(value));
  for (const each of Array.isArray(value) ? value : [value]) await out.line(sanitizeJson(each, 0));
}

async function writerOf<T>(format: Exclude<Format, 'table'>, shape: RowShape<T>): Promise<Writer<T>> {
  if (format === 'csv') return await csv(shape);
  if (format === 'yaml') return await yaml(shape);
  return json(format, shape);
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

async function yaml<T>({ document }: RowShape<T>): Promise<Writer<T>> {
  const { yamlText } = await import('./yaml.ts');
  return { begin: '', row: (row) => yamlText([document(row)]), end: (count) => (count === 0 ? '[]\n' : '') };
}

async function csv<T>({ columns, cells }: RowShape<T>): Promise<Writer<T>> {
  const { stringify } = await import('csv-stringify/sync');
  // A cell must not become a formula where a spreadsheet opens the file; nor may a part of one, where it splits at ";".
  const line = (values: readonly (string | number)[]) =>
    stringify([values], { escape_formulas: true, quoted_match: /[;]/ });
  const cellOf = (value: unknown) => (typeof value === 'number' ? value : cellText(value));
  const row = (of: T) => {
    const values = new Map<string, unknown>(Object.entries(cells(of)));
    return line(columns.map((name) => cellOf(values.get(name))));
  };
  return { begin: line([...columns]), row, end: () => '' };
}

export const cellText = (value: unknown) =>
  sanitize(value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));
