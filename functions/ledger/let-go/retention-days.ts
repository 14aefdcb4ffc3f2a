// functions/ledger/let-go/retention-days.ts: how long restore jobs may be kept, in days.

/** Less would take jobs out of a summary of 30 days, which is the default, and is most likely a mistake. */
export const MIN_RETENTION_DAYS = 30;
export const MAX_RETENTION_DAYS = 36_500;
