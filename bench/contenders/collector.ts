// bench/contenders/collector.ts: the collector as the command line runs it, over a ledger in memory, in SQLite or in DynamoDB.

import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import type { RunPart } from '../../functions/ledger/model/run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { defined } from '../../functions/platform/defined.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import type { DynamoAccess } from '../dynamo/access.ts';
import { contend } from '../harness/contender.ts';
import { checkRun, dynamoLedger, idsIn, type OpenLedger, sqliteLedger } from './ledgers.ts';
import { MemoryLedger } from './memory-ledger.ts';

export interface CollectorConfig extends AtlasConfig {
  /** `sqlite`: the directory. */
  ledger: 'memory' | { sqlite: string } | { dynamo: DynamoAccess };
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
      const request = { runId: newObjectId(new Date()), trigger: 'command', full: name === 'full' } as const;
      const ports = { accounts: [{ name: 'bench', atlas }], ledger: open.ledger, log: silentLog, clock: systemClock };
      const done = await runLocally(request, ports, defined({ kinds: config.kinds }));
      checkRun(done.run, done.parts);
      parts = done.parts;
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
  return 'sqlite' in ledger ? sqliteLedger(ledger.sqlite) : dynamoLedger(ledger.dynamo);
}
