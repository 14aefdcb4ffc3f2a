// bench/contenders/collector.ts enters the project's collector, reading only: a whole run of it, as the command line makes one,
// over a ledger in memory. `warm` keeps the client and forgets the ledger; `steady` keeps both.
import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { contend } from '../harness/contender.ts';
import type { ListConfig } from './config.ts';
import { sourceOf } from './credentials.ts';
import { MemoryLedger } from './memory-ledger.ts';

contend<ListConfig>(({ access, scheme, connections }) => {
  const atlas = new AtlasClient({ credentials: sourceOf(access, scheme), connections });
  let ledger = new MemoryLedger();
  return {
    async pass(name) {
      const isFirst = name !== 'steady';
      if (isFirst) ledger = new MemoryLedger();
      await collect(atlas, ledger);
      // A first reading records each job: one that was recorded twice was read twice.
      return { ids: isFirst ? ledger.recorded : ledger.ids };
    },
    close: () => atlas.close(),
  };
});

/** @throws Error where anything could not be read */
async function collect(atlas: AtlasClient, ledger: MemoryLedger) {
  const request = { runId: newObjectId(new Date()), trigger: 'command' } as const;
  const ports = { accounts: [{ name: 'bench', atlas }], ledger, log: silentLog, clock: systemClock };
  const { run, parts } = await runLocally(request, ports, { kinds: ['dedicated'] });
  const failure = [...run.failures, ...parts.flatMap(({ failures }) => failures)][0];
  if (failure) throw new Error(`${failure.what} ${failure.clusterName ?? ''}: ${failure.message}`);
}
