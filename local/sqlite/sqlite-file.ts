// local/sqlite/sqlite-file.ts: an open file of SQLite: prepared statements, transactions, and patience while others lock it.
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'libsql';
import { isBusy, ledgerError, refused } from './errors.ts';

type Value = string | number;
type Row = [string, ...unknown[]];

export class SqliteFile {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #patienceMs: number;
  readonly #statements = new Map<string, Database.Statement>();

  /** @param patienceMs how long another process may keep the file locked @throws LedgerError */
  static async open(path: string, patienceMs: number): Promise<SqliteFile> {
    const { default: SQLite } = await import('libsql').catch((error: unknown) => {
      const here = `${process.platform}-${process.arch}`;
      throw refused(`SQLite (npm package libsql) can't be loaded on ${here}: reinstall, or use --table`, error);
    });
    try {
      // Resolved, since SQLite takes `file:` and `:memory:` for more than names.
      return new SqliteFile(path, new SQLite(resolve(path)), patienceMs);
    } catch (error) {
      throw ledgerError(error, path);
    }
  }

  private constructor(path: string, database: Database.Database, patienceMs: number) {
    this.path = path;
    this.#database = database;
    this.#patienceMs = patienceMs;
  }

  /** Runs `work` again and again while the file is locked. @throws LedgerError */
  async patiently<T>(work: () => T): Promise<T> {
    for (const began = Date.now(); ; ) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || Date.now() - began >= this.#patienceMs) throw ledgerError(error, this.path);
      }
      // 1 to 20 ms: as long as others' commits take, and not in step with them.
      await sleep(1 + Math.random() * 19);
    }
  }

  transaction<T>(work: () => T): Promise<T> {
    return this.patiently(() => this.#inTransaction(work));
  }

  rows(sql: string, values: readonly Value[] = []): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  run(sql: string, values: readonly Value[]): void {
    this.#prepared(sql).run(...values);
  }

  /** One statement or several, without values. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#database.close();
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

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      if (statement.reader) statement.raw();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
