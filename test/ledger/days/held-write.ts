// test/ledger/days/held-write.ts: the work of another process, held where it would write an item for the first time.
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import type { EngineTable } from '../engines.ts';

/** @returns once it is held there: its ledger, and what lets it write and waits for its end */
export async function heldWrite(own: Pick<EngineTable, 'gated'>, work: (ledger: Ledger) => Promise<unknown>) {
  let release: (() => void) | undefined;
  const ledger = own.gated(async (operation) => {
    if (operation === 'PutItem') await new Promise<void>((resolve) => (release = resolve));
  });
  const working = work(ledger);
  while (!release) await new Promise((resolve) => setImmediate(resolve));
  const first = release;
  const goOn = async () => {
    first();
    await working;
  };
  return { ledger, goOn };
}
