// functions/lake/layout.ts: where the file of a day is.

/** The column that the folders are named by: `day=2026-11-28`. */
export const DAY = 'day';
/** Before it, a lake has nothing: this software is no older. Queries without a condition look for each day since then. */
export const FIRST_DAY = '2026-01-01';

export const folderOf = (day: string) => `${DAY}=${day}`;
export const FILE = 'changes.parquet';
export const fileOf = (day: string) => `${folderOf(day)}/${FILE}`;

/** The day of a file's place; undefined for what is none. */
export const dayOfFile = (place: string): string | undefined =>
  /^day=(\d{4}-\d{2}-\d{2})\/changes\.parquet$/.exec(place)?.[1];
