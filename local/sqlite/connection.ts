// local/sqlite/connection.ts: one process's connection to a ledger's file: reads at once, and writes that share a commit.
//
// While a writer has the file, it is in WAL mode: readers and the writer don't wait for each other, and a commit is one fsync.
// A writer that ends in good order puts it back into one plain file, which needs no right to write to be read. One that was
// killed leaves the log beside the file; whoever opens it next reads what was committed, and nothing else.
import { resolve } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type Database from 'libsql';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { isBusy, ledgerError, notALedger, refused } from './errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** Between two turns of the event loop, in ms. */
const TURN_MS = 20;

export interface ConnectionOptions {
  file: string;
  /** Makes the table where it isn't there. @default only reads */
  write?: boolean;
  /** How long another process may keep the file locked, in ms. A commit takes some milliseconds. @default 30_000 */
  patienceMs?: number;
}

type Value = string | number;
type Row = [string, ...unknown[]];

interface Waiting {
  work(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The file is empty: a writer was stopped before it made the table. */
export class EmptyFile extends Error {
  override readonly name = 'EmptyFile';
}

/** @throws LedgerError from every method */
export class Connection {
  readonly #database: Database.Database;
  readonly #file: string;
  readonly #writes: boolean;
  readonly #patienceMs: number;
  readonly #statements = new Map<string, Database.Statement>();
  #waiting: Waiting[] = [];
  #turnMs = 0;
  #committing: Promise<void> | undefined;

  /** @throws LedgerError, EmptyFile */
  static async open({ file, write = false, patienceMs = 30_000 }: ConnectionOptions): Promise<Connection> {
    const { default: SQLite } = await import('libsql').catch((error: unknown) => {
      const here = `${process.platform}-${process.arch}`;
      throw refused(`SQLite (npm package libsql) can't be loaded on ${here}: reinstall, or use --table`, error);
    });
    let database: Database.Database;
    try {
      // Resolved, since SQLite takes `file:` and `:memory:` for more than names.
      database = new SQLite(resolve(file));
    } catch (error) {
      throw ledgerError(error, file);
    }
    const connection = new Connection(database, { file, write, patienceMs });
    try {
      await connection.#begin();
    } catch (error) {
      database.close();
      throw error;
    }
    return connection;
  }

  private constructor(database: Database.Database, { file, write, patienceMs }: Required<ConnectionOptions>) {
    this.#database = database;
    this.#file = file;
    this.#writes = write;
    this.#patienceMs = patienceMs;
  }

  /** Runs `work` when nothing stands in its way. */
  async read<T>(work: () => T): Promise<T> {
    await this.#letOthersIn();
    return this.#patiently(work);
  }

  /**
   * Runs `work` in a transaction with all that is asked for by then, and resolves once it is on the disk. `work` may be run
   * again, and fails alone where it throws a LedgerError.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  /** Inside `read` or `write` only. */
  rows(sql: string, values: readonly Value[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  /** Inside `write` only. */
  run(sql: string, values: readonly Value[]): void {
    this.#prepared(sql).run(...values);
  }

  async close(): Promise<void> {
    await this.#committing;
    if (this.#writes) this.#putAway();
    this.#database.close();
  }

  /** Refuses before anything is changed. */
  async #begin() {
    const isEmpty = await this.#patiently(() => this.#isEmpty());
    if (isEmpty && !this.#writes) throw new EmptyFile(this.#file);
    if (!this.#writes) {
      this.#database.exec('PRAGMA query_only = ON');
      return;
    }
    // FULL: the log is synced at each commit, so that it outlives a power loss, and not only the process.
    await this.#patiently(() => this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL'));
    if (!isEmpty) return;
    await this.#patiently(() =>
      this.#inTransaction(() => {
        if (this.#isEmpty()) for (const sql of SCHEMA) this.#database.exec(sql);
      }),
    );
  }

  /** @throws LedgerError where the file is something else */
  #isEmpty(): boolean {
    const number = (sql: string) => Number(this.rows(sql, [])[0]?.[0]);
    const version = number('SELECT user_version FROM pragma_user_version');
    const id = number('SELECT application_id FROM pragma_application_id');
    if (id === APPLICATION_ID && version === SCHEMA_VERSION) return false;
    if (id === APPLICATION_ID) {
      throw refused(
        `${this.#file} was made by another version of restore-ledger: expected format ${SCHEMA_VERSION}, got ${version}; use that version, or another --data directory`,
      );
    }
    if (id === 0 && number('SELECT count(*) FROM sqlite_schema') === 0) return true;
    throw notALedger(this.#file);
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
      const settled = await this.#patiently(() => this.#inTransaction(() => group.map(attempt)));
      for (const [i, settle] of settled.entries()) settle(group[i] as Waiting);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #inTransaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has ended it by itself where the disk is full.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** SQLite answers at once: whoever reads on and on would keep signals, timers and other requests waiting. */
  async #letOthersIn() {
    if (performance.now() - this.#turnMs < TURN_MS) return;
    await nextTurn();
    this.#turnMs = performance.now();
  }

  async #patiently<T>(work: () => T): Promise<T> {
    for (const began = Date.now(); ; ) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || Date.now() - began >= this.#patienceMs) throw ledgerError(error, this.#file);
      }
      // 1 to 20 ms: as long as others' commits take, and not in step with them.
      await sleep(1 + Math.random() * 19);
    }
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      if (statement.reader) statement.raw();
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #putAway() {
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE');
    } catch {
      // Others have it open, or the disk is full: then the log stays beside the file, and holds what was committed.
    }
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
