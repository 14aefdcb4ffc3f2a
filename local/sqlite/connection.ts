// local/sqlite/connection.ts: one process's connection to a ledger's file: reads at once, and writes that share a commit.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { beginReading, beginWriting, endWriting } from './format.ts';
import { SqliteFile } from './sqlite-file.ts';

/** Between two turns of the event loop, in ms. */
const TURN_MS = 20;

export interface ConnectionOptions {
  file: string;
  /** Makes the table where it isn't there. @default only reads */
  write?: boolean;
  /** How long another process may keep the file locked, in ms. A commit takes some milliseconds. @default 30_000 */
  patienceMs?: number;
}

interface Waiting {
  work(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** @throws LedgerError from every method */
export class Connection {
  readonly #file: SqliteFile;
  readonly #writes: boolean;
  #waiting: Waiting[] = [];
  #turnMs = 0;
  #committing: Promise<void> | undefined;

  /** @throws LedgerError, EmptyFile */
  static async open({ file: path, write = false, patienceMs = 30_000 }: ConnectionOptions): Promise<Connection> {
    const file = await SqliteFile.open(path, patienceMs);
    try {
      await (write ? beginWriting(file) : beginReading(file));
    } catch (error) {
      file.close();
      throw error;
    }
    return new Connection(file, write);
  }

  private constructor(file: SqliteFile, writes: boolean) {
    this.#file = file;
    this.#writes = writes;
  }

  /** Runs `work` when nothing stands in its way. */
  async read<T>(work: (file: SqliteFile) => T): Promise<T> {
    await this.#letOthersIn();
    return this.#file.patiently(() => work(this.#file));
  }

  /**
   * Runs `work` in a transaction with all that is asked for by then, and resolves once it is on the disk. `work` may be run
   * again, and fails alone where it throws a LedgerError.
   */
  write<T>(work: (file: SqliteFile) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting = { work: () => work(this.#file), resolve: resolve as (value: unknown) => void, reject };
      this.#waiting.push(waiting);
      this.#committing ??= this.#commitAll();
    });
  }

  async close(): Promise<void> {
    await this.#committing;
    if (this.#writes) endWriting(this.#file);
    this.#file.close();
  }

  /** In turns of the event loop, so that writes which come at once share a commit. */
  async #commitAll() {
    while (this.#waiting.length > 0) {
      await new Promise(setImmediate);
      const group = this.#waiting;
      this.#waiting = [];
      await this.#commit(group);
    }
    this.#committing = undefined;
  }

  async #commit(group: readonly Waiting[]) {
    try {
      const settled = await this.#file.transaction(() => group.map(attempt));
      for (const [i, settle] of settled.entries()) settle(group[i] as Waiting);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /** SQLite answers at once: whoever reads on and on would keep signals, timers and other requests waiting. */
  async #letOthersIn() {
    if (performance.now() - this.#turnMs < TURN_MS) return;
    await nextTurn();
    this.#turnMs = performance.now();
  }
}

/** How to settle whoever waits, once all is committed. */
function attempt({ work }: Waiting): (waiting: Waiting) => void {
  try {
    const value = work();
    return ({ resolve }) => resolve(value);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return ({ reject }) => reject(error);
  }
}
