// bin/output/rows.ts: the rows of a command as its reader chose to see them.

import { listOf } from '../../functions/platform/lists/list-of.ts';
import type { Context } from '../process/context.ts';
import { cellText, type DocumentFormat, type Format, type RowShape, writeDocument, writeRows } from './formats.ts';
import { paged } from './pager.ts';
import { type Column, compare, writeTable } from './tables.ts';

type Rows<T> = AsyncIterable<T> | Iterable<T>;

export interface Sort {
  /** A column of CSV. */
  by: string;
  descending: boolean;
}

export type RowChoice = { sort?: Sort | undefined; bom?: boolean | undefined } & (
  | { format?: Format | undefined; columns?: string[] | undefined; query?: undefined }
  | { format: DocumentFormat; query: (documents: unknown) => unknown }
);

/**
 * @param rows of them, the first `limit` are shown; all are read to sort them
 * @param table where nothing else was chosen
 */
export async function showRows<T>(
  { rows, limit = Number.POSITIVE_INFINITY }: { rows: Rows<T>; limit?: number },
  choice: RowChoice,
  shape: RowShape<T>,
  context: Context,
  table: (rows: T[]) => Promise<void>,
): Promise<void> {
  const { out } = context;
  const ordered = choice.sort ? sorted(await listOf(rows), choice.sort, shape).slice(0, limit) : rows;
  if (choice.query) {
    const documents = (await listOf(ordered)).map(shape.document);
    // As the documents would be read from JSON: without what is undefined.
    return await writeDocument(choice.query(JSON.parse(JSON.stringify(documents))), choice.format, out);
  }
  const { format = 'table', columns } = choice;
  if (format !== 'table')
    return await writeRows(ordered, format, columns ? chosen(shape, columns) : shape, out, choice);
  const listed = await listOf(ordered);
  await paged(context, async () => {
    if (columns) await writeTable(plainColumns(shape, columns), listed, out);
    else await table(listed);
  });
}

/**
 * One thing, as its reader chose to see it.
 * @param table where nothing else was chosen @param row of CSV. @default all fields, those of fields as `key.id`, lists as JSON
 */
export async function showDocument(
  document: object,
  { format = 'table', query }: RowChoice,
  context: Context,
  table: () => Promise<void>,
  { columns, cells }: Row = flatRow(document),
): Promise<void> {
  if (format === 'table') return await paged(context, table);
  if (format === 'csv') {
    const shape = { document: () => document, columns, cells: () => cells };
    return await writeRows([document], format, shape, context.out);
  }
  await writeDocument(query ? query(JSON.parse(JSON.stringify(document))) : document, format, context.out);
}

/** A row of CSV. */
interface Row {
  columns: readonly string[];
  cells: object;
}

function flatRow(document: object): Row {
  const cells = flat(document);
  return { columns: Object.keys(cells), cells };
}

const flat = (document: object, prefix = ''): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(document).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value, `${prefix}${name}.`))
        : [[`${prefix}${name}`, value]],
    ),
  );

/** The same columns of each row, as flat documents. */
const chosen = <T>(shape: RowShape<T>, columns: readonly string[]): RowShape<T> => ({
  columns,
  cells: shape.cells,
  document: (row) => {
    const cells = new Map<string, unknown>(Object.entries(shape.cells(row)));
    return Object.fromEntries(columns.map((name) => [name, cells.get(name) ?? null]));
  },
});

const plainColumns = <T>({ cells }: RowShape<T>, columns: readonly string[]): Column<T>[] =>
  columns.map((name) => ({
    title: name,
    cell: (row) => cellText(new Map<string, unknown>(Object.entries(cells(row))).get(name)),
    least: 10,
  }));

/** Numbers by value, others by code unit; rows without a value last, whichever the order. */
function sorted<T>(rows: T[], { by, descending }: Sort, { cells }: RowShape<T>): T[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: new Map<string, unknown>(Object.entries(cells(row))).get(by) }))
    .sort(({ value: a }, { value: b }) => {
      const [noA, noB] = [a, b].map((value) => value === undefined || value === '');
      if (noA || noB) return Number(noA) - Number(noB);
      if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
      return sign * compare(cellText(a), cellText(b));
    })
    .map(({ row }) => row);
}
