// bench/contenders/collector.ts: the collector as the command line runs it, over a ledger in memory, in SQLite or in DynamoDB.

import { AtlasClient } from '../../functions/atlas/client.ts';
import type { RunPart } from '../../functions/ledger/model/run.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { collect } from './collect.ts';
import { type DurableLedger, emptyLedger, idsIn, type OpenLedger } from './ledgers.ts';
import { MemoryLedger } from './memory-ledger.ts';

export interface CollectorConfig extends AtlasConfig {
  ledger: 'memory' | DurableLedger;
  /** @default all */
  kinds?: readonly Kind[];
}

contend<CollectorConfig>((config) => {
  const atlas = new AtlasClient({ credentials: credentialsOf(config) });
  let open: OpenLedger | undefined;
  let parts: readonly RunPart[] = [];
  return {
    async pass(name) {
      if (name === 'cold' || name === 'warm') {
        await open?.close();
        open = await newLedger(config.ledger);
      }
      if (!open) throw new Error(`pass ${name} needs an earlier one`);
      parts = await collect(atlas, open.ledger, { full: name === 'full', kinds: config.kinds });
    },
    ids: async () => (open ? idsIn(open.ledger, parts) : []),
    async close() {
      await atlas.close();
      await open?.close();
    },
  };
});

async function newLedger(ledger: CollectorConfig['ledger']): Promise<OpenLedger> {
  if (ledger === 'memory') return { ledger: new MemoryLedger(), close: async () => {} };
  return emptyLedger(ledger);
}
