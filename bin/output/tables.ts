// bin/output/tables.ts lays out rows in columns that fit the terminal.
import Table from 'cli-table3';
import { sanitize } from '../process/sanitize.ts';
import type { Paint, Style } from '../process/terminal.ts';
import { letSignalsIn } from '../process/turns.ts';

export interface Column<T> {
  title: string;
  /** Made plain and cut where the terminal is too narrow. */
  cell(row: T): string;
  style?(row: T): Style | undefined;
  align?: 'right';
  /** Narrowest it may get, in characters. @default as wide as its longest cell */
  least?: number;
  /** Where narrowing is not enough, columns go in this order, 1 first. @default never */
  goes?: number;
}

const GAP = 2;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: ' '.repeat(GAP),
};

/** Rows laid out at once. */
const PART = 500;

/** As `table`, in parts, each some lines: for more rows than are laid out in no time. */
export async function* tableParts<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, paint }: { width: number; paint: Paint },
): AsyncGenerator<string> {
  const widths = new Map<Column<T>, number>(columns.map((column) => [column, displayWidth(column.title)]));
  for (let from = 0; from < rows.length; from += PART) {
    await letSignalsIn();
    for (const row of rows.slice(from, from + PART)) {
      for (const [column, most] of widths) widths.set(column, Math.max(most, displayWidth(sanitize(column.cell(row)))));
    }
  }
  const fitted = narrowed(
    [...widths].map(([column, needed]) => ({ column, cells: [], width: Math.max(1, needed) })),
    width,
  );
  for (let from = 0; from === 0 || from < rows.length; from += PART) {
    await letSignalsIn();
    const part = rows.slice(from, from + PART);
    const filled = fitted.map((each) => ({ ...each, cells: part.map((row) => sanitize(each.column.cell(row))) }));
    yield laidOut(filled, part, { paint, isTitled: from === 0 });
  }
}

/** Lines without their line breaks at the end; a title line first. */
export function table<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, paint }: { width: number; paint: Paint },
): string {
  const filled = columns.map((column) => ({ column, cells: rows.map((row) => sanitize(column.cell(row))) }));
  const fitted = narrowed(
    filled.map(({ column, cells }) => ({ column, cells, width: widest([column.title, ...cells]) })),
    width,
  );
  return laidOut(fitted, rows, { paint, isTitled: true });
}

function laidOut<T>(
  fitted: readonly Fitted<T>[],
  rows: readonly T[],
  { paint, isTitled }: { paint: Paint; isTitled: boolean },
): string {
  const grid = new Table({
    ...(isTitled ? { head: fitted.map(({ column }) => paint('dim', column.title)) } : {}),
    colWidths: fitted.map((column) => column.width),
    colAligns: fitted.map(({ column }) => column.align ?? 'left'),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const [index, row] of rows.entries()) {
    grid.push(
      fitted.map(({ column, cells }) => {
        const [style, text = ''] = [column.style?.(row), cells[index]];
        return style === undefined ? text : paint(style, text);
      }),
    );
  }
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

interface Fitted<T> {
  column: Column<T>;
  cells: string[];
  width: number;
}

function narrowed<T>(columns: Fitted<T>[], width: number): Fitted<T>[] {
  const total = (of: Fitted<T>[]) => of.reduce((sum, column) => sum + column.width, GAP * (of.length - 1));
  const least = (of: Fitted<T>[]) =>
    of.map((each) => ({ ...each, width: Math.min(each.width, each.column.least ?? each.width) }));
  let kept = columns;
  while (total(least(kept)) > width) {
    const first = kept
      .filter(({ column }) => column.goes !== undefined)
      .sort((a, b) => (a.column.goes ?? 0) - (b.column.goes ?? 0))[0];
    if (!first) break;
    kept = kept.filter((each) => each !== first);
  }
  const fitted = kept.map((each) => ({ ...each }));
  // The widest gives way first, so that short names stay whole.
  while (total(fitted) > width) {
    const widestFirst = fitted
      .filter(({ column, width: now }) => now > (column.least ?? now))
      .sort((a, b) => b.width - a.width)[0];
    if (!widestFirst) break;
    widestFirst.width -= 1;
  }
  return fitted;
}

const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, displayWidth(text)), 1);

const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Columns of a terminal that a plain text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}
