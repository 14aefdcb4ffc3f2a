// functions/ledger/totals/coverage-writer.ts: this process on record as a writer of coverage, before it writes and after (docs/decisions/0043-coverage-totals.md).
import { randomBytes } from 'node:crypto';
import { COVERAGE_WRITERS_KEY } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';

/** A writer that wrote nothing for so long, and did not say that it was done, has died, in ms. */
export const LEASE_MS = 900_000;
/** A writer that goes on for so long says so again, in ms. */
const RENEW_AFTER_MS = 300_000;

const WRITER = 'writer';
/** Until when each writer is on record, in ms since the epoch. 0: it is done. */
export const leasesOf = (item: object = {}): number[] =>
  Object.entries(item).flatMap(([name, until]) => (name.startsWith(WRITER) ? [Number(until)] : []));

interface Lease {
  /** Never used again: a request that arrives late can't end another's. */
  name: string;
  atMs: number;
  written: Promise<unknown>;
}

export class CoverageWriter {
  readonly #table: Table;
  readonly #now: () => number;
  #lease: Lease | undefined;
  #writing = 0;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Requests: those of `write`, and 1 write in five minutes. @throws LedgerError, and what `write` throws */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    try {
      await this.#open();
      return await write();
    } finally {
      this.#writing -= 1;
    }
  }

  async #open(): Promise<void> {
    const atMs = this.#now();
    if (!this.#lease || Math.abs(atMs - this.#lease.atMs) >= RENEW_AFTER_MS) {
      const name = this.#lease?.name ?? `${WRITER}${randomBytes(6).toString('hex')}`;
      const lease = { name, atMs, written: this.#mark(name, atMs + LEASE_MS) };
      this.#lease = lease;
      // One that may be written or not is left to end by itself.
      lease.written.catch(() => {
        if (this.#lease === lease) this.#lease = undefined;
      });
    }
    await this.#lease.written;
  }

  /** After the writes. Nothing where another write of this process is under way: whoever makes that one calls this again. Requests: 1 write, if any was made. @throws LedgerError */
  async done(): Promise<void> {
    if (!this.#lease || this.#writing > 0) return;
    const { name } = this.#lease;
    this.#lease = undefined;
    await this.#mark(name, 0);
  }

  #mark(name: string, until: number) {
    return this.#table.update(COVERAGE_WRITERS_KEY, { set: { [name]: until }, add: { marks: 1 } }, {});
  }
}
