// functions/ledger/days/day-marker.ts: the days that a process writes jobs of, marked before and after (docs/decisions/0034-day-counts.md).
import { dayMarksKey, dayOf } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { attributeOf } from './marks.ts';
import { isMarkedAsOlder, markOlder } from './older-jobs.ts';

/** A writer that has been writing to a day for so long marks it again, in ms. */
export const REMARK_AFTER_MS = 300_000;

interface Mark {
  atMs: number;
  written: Promise<unknown>;
  /** Marks of the day that are to be closed, this one included. */
  open: number;
}

/** Marks a day once, however many jobs of it are written. */
export class DayMarker {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #marked = new Map<string, Mark>();
  /** Marks of older days that are to be closed. */
  #older = 0;
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
    return mark !== undefined && this.#now() - mark.atMs < REMARK_AFTER_MS;
  }

  #begin(days: readonly string[]): void {
    const atMs = this.#now();
    const isOlder = days.some((day) => isMarkedAsOlder(day, atMs));
    if (isOlder) this.#older += 1;
    const written = Promise.all([
      addMarks(this.#table, days, () => ({ opened: 1 })),
      isOlder && markOlder(this.#table, { opened: 1 }),
    ]);
    for (const day of days) this.#marked.set(day, { atMs, written, open: (this.#marked.get(day)?.open ?? 0) + 1 });
    // One that may be written or not is never closed: its day is counted anew until it is settled.
    written.catch(() => {
      if (isOlder) this.#older = Math.max(0, this.#older - 1);
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
    this.#older = 0;
    await addMarks(this.#table, [...marked.keys()], (day) => ({ closed: marked.get(day)?.open ?? 0 }));
    if (older > 0) await markOlder(this.#table, { closed: older });
  }
}

/** Each day once more. Requests: 1 write a month. @param of a day: what else is added */
export async function addMarks(
  table: Table,
  days: readonly string[],
  more: (day: string) => { opened?: number; closed?: number } = () => ({}),
): Promise<void> {
  const months = new Map<string, Record<string, number>>();
  for (const day of days) {
    const month = day.slice(0, 7);
    const add = Object.entries({ marks: 1, ...more(day) }) as ['marks' | 'opened' | 'closed', number][];
    const named = Object.fromEntries(add.map(([name, by]) => [attributeOf(name, day), by]));
    months.set(month, { ...months.get(month), ...named });
  }
  for (const [month, add] of months) await table.update(dayMarksKey(month), { add }, {});
}
