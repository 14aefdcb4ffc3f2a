// functions/ledger/repositories/optimistic-write.ts: a write that starts over where another writer was first.
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import type { Written } from '../table/table-port.ts';

/** Each further attempt is another writer of the same item at the same moment. */
export const ATTEMPTS = 12;
/** Writers of a coverage in parts can overtake one another again and again: each attempt after these waits for a random time. */
const HURRIED_ATTEMPTS = 4;
/** The longest first wait of these, in ms, doubled from one to the next: 3.2 s before the last attempt. */
const WAIT_MS = 25;

/** @param write writes what becomes of the stored value, on the condition that it is still stored */
export async function optimisticWrite<T>(
  what: string,
  stored: T | undefined,
  read: () => Promise<T | undefined>,
  write: (stored: T | undefined) => Promise<{ value: T; written: Pick<Written, 'done'> & { repeated?: boolean } }>,
): Promise<T> {
  let before = stored ?? (await read());
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { value, written } = await write(before);
    if (written.done) return value;
    const patience = attempt - HURRIED_ATTEMPTS;
    if (patience >= 0 && attempt < ATTEMPTS) await sleep(Math.random() * WAIT_MS * 2 ** patience);
    before = await read();
    // Ours after all: its answer was lost and the SDK sent it again.
    if (written.repeated && canonicalJson(before) === canonicalJson(value)) return value;
  }
  throw conflict(what);
}

export const conflict = (what: string) =>
  new LedgerError(
    'LEDGER_CONFLICT',
    `${what}: ${ATTEMPTS} other writers were first, one after the other; save it again`,
  );
