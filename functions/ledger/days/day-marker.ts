// functions/ledger/days/day-marker.ts: the days that a process writes jobs of, marked before and after (docs/decisions/0034-day-counts.md).
import { dayMarksKey, dayOf } from '../table/keys.ts';
import type { Condition, Table } from '../table/table-port.ts';
import { attributeOf, type DayMarks, marksOf } from './marks.ts';
import { closeOlder, isMarkedAsOlder, openOlder } from './older-jobs.ts';

/** A writer that has been writing to a day for so long marks it again, in ms. */
export const REMARK_AFTER_MS = 300_000;

interface Mark {
  atMs: number;
  written: Promise<unknown>;
  /** Marks of the day that are to be closed, this one included once it is written: their numbers, in order. */
  open: number[];
}

/** Marks a day once, however many jobs of it are written. */
export class DayMarker {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #marked = new Map<string, Mark>();
  /** Marks of older days that are to be closed. */
  #older: number[] = [];
  /** Writes under way, of whoever shares this. */
  #writing = 0;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Before jobs are written. Requests: 1 write for each month with a day that isn't marked yet, and 1 where one of these is older.
   * @throws LedgerError
   */
  async mark(jobIds: readonly string[]): Promise<void> {
    const days = [...new Set(jobIds.map(dayOf))];
    const unmarked = days.filter((day) => !this.#isMarked(day));
    if (unmarked.length > 0) this.#begin(unmarked);
    await Promise.all(days.map((day) => this.#marked.get(day)?.written));
  }

  /** Marks the days of jobs, and writes these. Requests: those of `mark` and `write`. @throws LedgerError, and what `write` throws */
  async writing<T>(jobIds: readonly string[], write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    try {
      await this.mark(jobIds);
      return await write();
    } finally {
      this.#writing -= 1;
    }
  }

  #isMarked(day: string): boolean {
    const mark = this.#marked.get(day);
    // Of a mark that is of the future, as the clock has stepped backward, it is not known how old it is.
    return mark !== undefined && Math.abs(this.#now() - mark.atMs) < REMARK_AFTER_MS;
  }

  #begin(days: readonly string[]): void {
    const atMs = this.#now();
    const marks = new Map(days.map((day) => [day, this.#marked.get(day)?.open ?? []]));
    const opening = addMarks(this.#table, days, () => ({ opened: 1 })).then((standing) => {
      for (const [day, open] of marks) withNewest(open, standing.get(day));
    });
    const isOlder = days.some((day) => isMarkedAsOlder(day, atMs));
    const older = this.#older;
    const opened = isOlder && openOlder(this.#table).then((standing) => withNewest(older, standing));
    const written = Promise.all([opening, opened]);
    for (const [day, open] of marks) this.#marked.set(day, { atMs, written, open });
    // One that may be written or not is never closed: its day is counted anew until it is settled.
    written.catch(() => {
      for (const day of days) if (this.#marked.get(day)?.written === written) this.#marked.delete(day);
    });
  }

  /**
   * After the writes: what was counted in between is counted again. Nothing where another write of this process is under way, as its mark
   * must not be closed: whoever makes that one calls this again. Requests: 1 write for each month written to, and 1 where a day of it was
   * older. @throws LedgerError
   */
  async markAgain(): Promise<void> {
    if (this.#writing > 0) return;
    const [marked, older] = [new Map(this.#marked), this.#older];
    this.#marked.clear();
    this.#older = [];
    await Promise.all([...marked.values()].map(({ written }) => written));
    const open = new Map([...marked].map(([day, mark]) => [day, mark.open]));
    const last = new Map([...open].map(([day, of]) => [day, of.at(-1) ?? 0]));
    await addMarks(this.#table, [...marked.keys()], (day) => ({ closed: open.get(day)?.length ?? 0 }), last);
    if (older.length > 0) await closeOlder(this.#table, older.length, older.at(-1) ?? 0);
  }
}

/** With one more that was written, without those that were settled by then, as if whoever made them had died. */
function withNewest(open: number[], standing: DayMarks | undefined): void {
  if (standing) open.splice(0, open.length, ...open.filter((mark) => mark > standing.settled), standing.marks);
}

/**
 * Each day once more. Requests: 1 write a month, and where one of its days was settled over marks that are closed, as if whoever made them
 * had died, 1 more for each of its days.
 * @param more of a day: what else is added
 * @param last by day, the last mark that is closed
 * @returns by day, how it stands then
 */
export async function addMarks(
  table: Table,
  days: readonly string[],
  more: (day: string) => { opened?: number; closed?: number } = () => ({}),
  last?: ReadonlyMap<string, number>,
): Promise<Map<string, DayMarks>> {
  const standing = new Map<string, DayMarks>();
  const write = async (month: string, some: readonly string[], isOpen: boolean): Promise<boolean> => {
    const add = some.flatMap((day) => {
      const named = Object.entries({ marks: 1, ...(isOpen && more(day)) }) as ['marks' | 'opened' | 'closed', number][];
      return named.map(([name, by]) => [attributeOf(name, day), by] as const);
    });
    const below = some.map((day) => [attributeOf('settled', day), { below: last?.get(day) ?? 0 }] as const);
    const condition: Condition = last && isOpen ? Object.fromEntries(below) : {};
    const written = await table.update(dayMarksKey(month), { add: Object.fromEntries(add) }, condition);
    if (written.done) for (const day of some) standing.set(day, marksOf(written.item, day));
    return written.done;
  };
  for (const month of new Set(days.map((day) => day.slice(0, 7)))) {
    const ofMonth = days.filter((day) => day.startsWith(month));
    if (await write(month, ofMonth, true)) continue;
    // What was settled is closed: closed once more, it would stand for a mark that somebody else made since.
    for (const day of ofMonth) if (!(await write(month, [day], true))) await write(month, [day], false);
  }
  return standing;
}
