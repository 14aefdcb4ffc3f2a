// functions/ledger/totals/totals-repository.ts: what the coverage of all projects adds up to, kept beside it (docs/decisions/0043-coverage-totals.md).
import type { CoverageTotals } from '../model/coverage.ts';
import type { KeptTotals } from '../model/ledger.ts';
import { type Item, itemOf } from '../table/job-item.ts';
import { COVERAGE_TOTALS_KEY, COVERAGE_WRITERS_KEY } from '../table/keys.ts';
import { fieldOf, type Table } from '../table/table-port.ts';
import { leasesOf } from './coverage-writer.ts';

export const TOTALS_KEYS = [COVERAGE_TOTALS_KEY, COVERAGE_WRITERS_KEY] as const;

/**
 * Whichever of the two was read first: where both have the same marks, nobody had written since the count when the earlier one was read.
 * @param items those of `TOTALS_KEYS` that are there, and any others, by consistent reads
 */
export function keptTotals(items: readonly Item[]): KeptTotals | undefined {
  const [kept, writers] = TOTALS_KEYS.map((key) => itemOf(items, key));
  const totals = fieldOf(kept, 'totals') as CoverageTotals | undefined;
  return totals && { totals, isCurrent: marksOf(writers) > 0 && marksOf(writers) === marksOf(kept) };
}

export class TotalsRepository {
  readonly #table: Table;
  readonly #now: () => number;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Nothing where they were never counted. Requests: 1 batch read. */
  async get(): Promise<KeptTotals | undefined> {
    return keptTotals(await this.#table.batchGet(TOTALS_KEYS, { consistent: true }));
  }

  /**
   * Nothing where somebody is writing: they count once they are done, or whoever writes next.
   * Requests: 1 read and 2 writes, and those of `count`; the first time 1 write more.
   * @param count reads the coverage of all projects, consistently
   * @throws LedgerError, and what `count` throws
   */
  async save(count: () => Promise<CoverageTotals>): Promise<void> {
    const before = (await this.#table.get(COVERAGE_WRITERS_KEY)) ?? (await this.#begin());
    const leases = leasesOf(before);
    const now = this.#now();
    if (before === undefined || leases.some((until) => until > now)) return;
    const marks = marksOf(before);
    const totals = await count();
    await this.#table.put({ ...COVERAGE_TOTALS_KEY, marks, totals }, { marks: { below: marks + 1 } });
    // Who is done, or has died, is of no use any more.
    if (leases.length > 0) await this.#table.put({ ...COVERAGE_WRITERS_KEY, marks }, { marks });
  }

  async #begin(): Promise<Item | undefined> {
    const written = await this.#table.update(COVERAGE_WRITERS_KEY, { add: { marks: 1 } }, {});
    return written.done ? written.item : undefined;
  }
}

const marksOf = (item: Item | undefined) => Number(fieldOf(item, 'marks') ?? 0);
