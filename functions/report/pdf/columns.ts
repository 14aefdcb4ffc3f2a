// functions/report/pdf/columns.ts: how wide the columns of a table are, by the first of its rows. Pure.

export interface Wanted {
  /** Without a line broken. */
  natural: number;
  /** Without a word broken. */
  longest: number;
}

/** A long text gets no more than this before others have what they need. */
const MOST_NATURAL = 300;
const MOST_LONGEST = 130;

/**
 * @param cells of each row that is known, column by column
 * @param width of the table, the gaps between columns taken off
 * @param fill whether the table takes it all
 */
export function columnWidths(cells: readonly (readonly Wanted[])[], width: number, fill: boolean): number[] {
  const count = Math.max(0, ...cells.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, n) => {
    const of = cells.flatMap((row) => row[n] ?? []);
    return {
      natural: Math.max(10, ...of.map(({ natural }) => Math.min(natural + 1, MOST_NATURAL))),
      longest: Math.max(10, ...of.map(({ longest }) => Math.min(longest + 1, MOST_LONGEST))),
    };
  });
  const natural = columns.reduce((sum, column) => sum + column.natural, 0);
  const longest = columns.reduce((sum, column) => sum + column.longest, 0);
  if (natural <= width) {
    const more = fill ? (width - natural) / natural : 0;
    return columns.map((column) => column.natural * (1 + more));
  }
  if (longest >= width) return columns.map((column) => (column.longest * width) / longest);
  // Those that want little get it, and the others are as wide as each other: no wider than `most`.
  const widthIf = (most: number) => columns.map((column) => Math.max(column.longest, Math.min(column.natural, most)));
  let [low, high] = [0, MOST_NATURAL];
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (widthIf(middle).reduce((sum, one) => sum + one, 0) > width) high = middle;
    else low = middle;
  }
  return widthIf(low);
}
