// bin/output/tables.ts: rows laid out in columns that fit the terminal.
import { span } from '../../functions/restore/text.ts';
import { sanitize } from '../process/sanitize.ts';
import { letSignalsIn, type Style, type Terminal } from '../process/terminal.ts';

export interface Column<T> {
  title: string;
  /** Sanitized here, and cut where the terminal is too narrow. */
  cell(row: T): string;
  style?(row: T): Style | undefined;
  align?: 'right';
  /** The narrowest it may get, in characters. @default as wide as its longest cell */
  least?: number;
  /** Where narrowing is not enough, columns are dropped in this order, 1 first. @default never */
  goes?: number | undefined;
}

interface Folding<T> {
  /** Columns that a second line of each row replaces, where not all columns fit. It is never cut. */
  folded: readonly Column<T>[];
  line(row: T): string;
}

const GAP = '  ';

export const spanCell = (seconds: number | undefined) => (seconds === undefined ? '' : span(seconds, 'narrow'));

/** A label in a cell: what is red is in capitals too, since not every terminal has colours. */
export const inColumn = (label: string, style: Style) => (style === 'red' ? label.toUpperCase() : label.toLowerCase());

/** Returns the columns that it dropped. */
export async function writeTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, paint, line }: Pick<Terminal, 'width' | 'paint' | 'line'>,
  folding?: Folding<T>,
): Promise<Column<T>[]> {
  const widths = new Map(columns.map((column) => [column, Math.max(1, displayWidth(column.title))]));
  for (const row of rows) {
    await letSignalsIn();
    for (const [column, most] of widths) widths.set(column, Math.max(most, displayWidth(sanitize(column.cell(row)))));
  }
  const isFolded = folding !== undefined && leastWidth([...widths]) > width;
  const laid = isFolded ? columns.filter((column) => !folding.folded.includes(column)) : columns;
  const fitted = narrowed(
    [...widths].filter(([column]) => laid.includes(column)),
    width,
  );
  const write = (cellOf: (column: Column<T>) => string, styleOf: (column: Column<T>) => Style | undefined) => {
    const cells = fitted.map(([column, room]) => {
      const text = cut(sanitize(cellOf(column)), room);
      const [style, padding] = [styleOf(column), ' '.repeat(room - displayWidth(text))];
      const shown = style === undefined || text === '' ? text : paint(style, text);
      return column.align === 'right' ? padding + shown : shown + padding;
    });
    return line(cells.join(GAP).trimEnd());
  };
  await write(
    ({ title }) => title,
    () => 'dim',
  );
  for (const row of rows) {
    await write(
      (column) => column.cell(row),
      (column) => column.style?.(row),
    );
    if (isFolded) await line(`${GAP}${sanitize(folding.line(row))}`);
  }
  return laid.filter((column) => !fitted.some(([each]) => each === column));
}

type Sized<T> = [column: Column<T>, width: number];

const total = (of: readonly Sized<unknown>[]) => of.reduce((sum, [, each]) => sum + each, GAP.length * (of.length - 1));

const leastWidth = <T>(columns: readonly Sized<T>[]) =>
  total(columns.map(([column, each]) => [column, Math.min(each, column.least ?? each)] as Sized<unknown>));

function narrowed<T>(columns: readonly Sized<T>[], width: number): Sized<T>[] {
  const kept = columns.map(([column, each]): Sized<T> => [column, each]);
  while (leastWidth(kept) > width) {
    const [first] = kept.filter(([{ goes }]) => goes !== undefined).sort(([a], [b]) => (a.goes ?? 0) - (b.goes ?? 0));
    if (!first) break;
    kept.splice(kept.indexOf(first), 1);
  }
  // The widest gives way first, so that short names stay whole.
  while (total(kept) > width) {
    const [widest] = kept.filter(([{ least: limit = Infinity }, now]) => now > limit).sort(([, a], [, b]) => b - a);
    if (!widest) break;
    widest[1] -= 1;
  }
  return kept;
}

const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Of texts of these alone each character takes a column: most cells, and the segmenter takes 100 times as long. */
const PLAIN = /^[ -~]*$/;

/** Columns of a terminal that a plain text takes. */
export const displayWidth = (text: string) =>
  PLAIN.test(text)
    ? text.length
    : [...GRAPHEMES.segment(text)].reduce((width, { segment }) => width + (WIDE.test(segment) ? 2 : 1), 0);

function cut(text: string, room: number): string {
  if (displayWidth(text) <= room) return text;
  let [kept, left] = ['', room - 1];
  for (const { segment } of GRAPHEMES.segment(text)) {
    left -= displayWidth(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** For sorting, by code unit. */
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
