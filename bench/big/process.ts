// bench/big/process.ts: the process that fills a large ledger, and asks the API over it.
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';
import type { Load } from '../dynamo/made-jobs.ts';
import { serve } from '../harness/serve.ts';
import { readAll } from './api.ts';
import { followAll } from './follow-pages.ts';
import { fill } from './made-ledger.ts';

const handlers = {
  /** @param dataDir holds nothing yet */
  fill: async (dataDir: string, load: Load) => {
    await using table = await SqliteTable.open({ dataDir, create: true, write: true });
    await fill(ledgerReader({ table }), load);
  },
  readAll: async (dataDir: string, load: Load) => {
    await using table = await SqliteTable.open({ dataDir, write: true });
    return await readAll(table, load, { isTimed: true });
  },
  followAll: async (dataDir: string, load: Load) => {
    await using table = await SqliteTable.open({ dataDir, write: true });
    return await followAll(table, load);
  },
};
export type LedgerHandlers = typeof handlers;

serve(handlers);
