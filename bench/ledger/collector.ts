// bench/ledger/collector.ts enters the collector with its ledger: a whole run of it in one process, as the command line makes
// one, of every kind of restore job. Between two passes the world changes or it does not; the collector keeps what it has.
import { AtlasClient } from '../../functions/atlas/client.ts';
import { runLocally } from '../../functions/collector/run/local-run.ts';
import type { Ledger, Recorded } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { sourceOf } from '../contenders/credentials.ts';
import { MemoryLedger } from '../contenders/memory-ledger.ts';
import { TABLE } from '../dynamo/orders.ts';
import { contend } from '../harness/contender.ts';
import { peakMb } from '../harness/memory.ts';
import type { LedgerConfig } from './config.ts';
import { checkRun } from './run-check.ts';
import { clientOf } from './table.ts';

contend<LedgerConfig>(({ access, scheme, dynamo }) => {
  const atlas = new AtlasClient({ credentials: sourceOf(access, scheme) });
  const client = dynamo && clientOf(dynamo);
  const ledger: Ledger = client ? tableLedger({ tableName: TABLE, client }) : new MemoryLedger();
  const ids: string[] = [];
  const onRecorded = ({ outcome, job }: Recorded) => {
    if (outcome === 'new') ids.push(job.jobId);
  };
  return {
    async pass(name) {
      const had = ids.length;
      const request = { runId: newObjectId(new Date()), trigger: 'command', full: name === 'full' } as const;
      const ports = { accounts: [{ name: 'bench', atlas }], ledger, log: silentLog, clock: systemClock, onRecorded };
      const { run, parts } = await runLocally(request, ports);
      checkRun(run, parts);
      return { ids, numbers: { jobsSeen: run.counts?.jobsSeen ?? 0, jobsNew: ids.length - had, peakMb: peakMb() } };
    },
    async close() {
      await atlas.close();
      client?.destroy();
    },
  };
});
