// lib/compute/published-by.ts: which events on a bus are one stack's own, as a part of a rule's pattern.

/** Those that name the stack; and those that name none, as they are of an earlier version: better told twice than never. */
export const publishedBy = (ledgerName: string) => ({ ledger: [ledgerName, { exists: false }] });
