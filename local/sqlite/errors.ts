// local/sqlite/errors.ts: errors of SQLite and the file system as LedgerErrors that say what to do.
import { LedgerError } from '../../functions/ledger/model/errors.ts';

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
const CODE = { perm: 3, busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cantOpen: 14, protocol: 15 };
const NOT_A_DATABASE = 26;

/** Opening fails without a code of its own: `ConnectionFailed("Unable to open connection to local database FILE: 14")`. */
const OPENING = /Unable to open connection .*: (\d+)"?\)?$/s;

/** The lowest 8 bits of an extended code are the primary one. */
const codeOf = (error: unknown): number | undefined => {
  const { rawCode, message = '' } = error as { rawCode?: number; message?: string };
  if (typeof rawCode === 'number') return rawCode & 0xff;
  const code = OPENING.exec(message)?.[1];
  return code === undefined ? undefined : Number(code) & 0xff;
};

/** Another connection holds a lock for now. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === CODE.busy || code === CODE.locked || code === CODE.protocol;
}

/** @param file the ledger's */
export function ledgerError(error: unknown, file: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const why = whyOf(error);
  switch (codeOf(error)) {
    case CODE.busy:
    case CODE.locked:
    case CODE.protocol:
      return unavailable(`another process keeps ${file} locked: wait until it is done, or stop it`, error);
    case CODE.full:
      return unavailable(
        `no room on the disk for ${file}: what was recorded before is kept; make room, then run it again`,
        error,
      );
    case CODE.io:
      return unavailable(
        `the system can't read or write ${file} (${why}): what was recorded before is kept; see whether the disk is full or a file may not grow (ulimit -f), then run it again`,
        error,
      );
    case CODE.corrupt:
      return refused(`${file} is damaged (${why}): put a copy of it back, or move it away and collect again`, error);
    case NOT_A_DATABASE:
      return notALedger(file, error);
    case CODE.readOnly:
    case CODE.cantOpen:
    case CODE.perm:
      return refused(
        `${file} can't be opened (${why}): see that this user may read it and, to record into it, write to it and its directory`,
        error,
      );
    default:
      return refused(`${file}: ${why}`, error);
  }
}

function whyOf(error: unknown): string {
  if (OPENING.test(String(error))) return `SQLite error ${codeOf(error)}`;
  return error instanceof Error ? error.message : String(error);
}

export const notALedger = (file: string, cause?: unknown) =>
  refused(`${file} is not a ledger: expected a file that restore-ledger made; use another --data directory`, cause);

export const refused = (message: string, cause?: unknown) => new LedgerError('LEDGER_REFUSED', message, cause);
const unavailable = (message: string, cause: unknown) => new LedgerError('LEDGER_UNAVAILABLE', message, cause);
