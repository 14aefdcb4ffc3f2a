// local/sqlite/format.ts: whether a file is a ledger of this version, and how an empty one becomes one.
//
// While a writer has the file, it is in WAL mode: readers and the writer don't wait for each other, and a commit is one fsync.
// A writer that ends in good order puts it back into one plain file, which needs no right to write to be read. One that was
// killed leaves the log beside the file; whoever opens it next reads what was committed, and nothing else.
import { notALedger, refused } from './errors.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** The file is empty: a writer was stopped before it made the table. */
export class EmptyFile extends Error {
  override readonly name = 'EmptyFile';
}

/** @throws LedgerError, EmptyFile */
export async function beginReading(file: SqliteFile): Promise<void> {
  if (await file.patiently(() => isEmpty(file))) throw new EmptyFile(file.path);
  file.exec('PRAGMA query_only = ON');
}

/** Makes the table where it isn't there. Refuses before anything is changed. @throws LedgerError */
export async function beginWriting(file: SqliteFile): Promise<void> {
  const wasEmpty = await file.patiently(() => isEmpty(file));
  // FULL: the log is synced at each commit, so that it outlives a power loss, and not only the process.
  await file.patiently(() => file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL'));
  if (!wasEmpty) return;
  await file.transaction(() => {
    if (isEmpty(file)) for (const sql of SCHEMA) file.exec(sql);
  });
}

export function endWriting(file: SqliteFile): void {
  try {
    file.exec('PRAGMA journal_mode = DELETE');
  } catch {
    // Others have it open, or the disk is full: then the log stays beside the file, and holds what was committed.
  }
}

/** @throws LedgerError where the file is something else */
function isEmpty(file: SqliteFile): boolean {
  const number = (sql: string) => Number(file.rows(sql)[0]?.[0]);
  const version = number('SELECT user_version FROM pragma_user_version');
  const id = number('SELECT application_id FROM pragma_application_id');
  if (id === APPLICATION_ID && version === SCHEMA_VERSION) return false;
  if (id === APPLICATION_ID) {
    throw refused(
      `${file.path} was made by another version of restore-ledger: expected format ${SCHEMA_VERSION}, got ${version}; use that version, or another --data directory`,
    );
  }
  if (id === 0 && number('SELECT count(*) FROM sqlite_schema') === 0) return true;
  throw notALedger(file.path);
}
