// functions/ledger/model/errors.ts: the one error that leaves functions/ledger/, beside CursorError for a caller's bad cursor.

export type LedgerErrorCode =
  /** Throttled, a 5xx, a lost connection, no credentials: the SDK's own retries were used up. */
  | 'LEDGER_UNAVAILABLE'
  /** Other writers kept coming first, or what should be written to isn't there. */
  | 'LEDGER_CONFLICT'
  /** More than DynamoDB's 400 KB, and nothing left that may be dropped. */
  | 'LEDGER_ITEM_TOO_LARGE'
  /** The table, or one of its indexes, isn't there. */
  | 'LEDGER_TABLE_MISSING'
  /** DynamoDB refuses the request itself: a permission is missing, or the table isn't the one that was deployed. */
  | 'LEDGER_REFUSED';

/** Callers branch on `code`. The message says what was tried and what to do. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  /** True where the same call, unchanged, may succeed later. */
  get transient() {
    return this.code === 'LEDGER_UNAVAILABLE' || this.code === 'LEDGER_CONFLICT';
  }
}
