// functions/relay/backfill.ts: jobs of a spoke's export, for a hub: those from before it joined, and those that were lost on their way.
import { jobIdOf, projectIdOf } from '../ledger/table/keys.ts';
import type { Table } from '../ledger/table/table-port.ts';
import type { TransferRecord } from '../ledger/transfer/record.ts';
import { defined } from '../platform/defined.ts';
import { accepted } from './accepted.ts';
import { Hub, type JobName, type Sent } from './hub.ts';
import { RelayError, type Sender } from './received.ts';

export interface BackfillOptions {
  /** As of `spokeName`. */
  spoke: string;
  organizationId?: string | undefined;
  now(): number;
  signal?: AbortSignal | undefined;
  /** After each record. */
  onRecord?(): void;
}

export interface Backfilled {
  /** Jobs, and clusters that are gone for long, that are in the hub now. */
  records: number;
  /** Of projects that are another spoke's. */
  dropped: number;
  /** Jobs of which the hub has another history, and keeps it; and what can't be shown, as it is not of the form of a job. */
  refused: number;
  /** The first thousand of them. */
  refusedJobs: JobName[];
  /** Runs, scope, projects and coverage, which the spoke's next runs send. */
  left: number;
}

const BATCH = 100;
const MAX_NAMED = 1_000;

/** What is claimed of the jobs is not taken from an export: it comes with the spoke's next run. @throws LedgerError, RelayError */
export async function backfill(
  table: Table,
  records: AsyncIterable<TransferRecord>,
  { spoke, organizationId, now, signal, onRecord }: BackfillOptions,
): Promise<Backfilled> {
  const [accountId = ''] = spoke.split('/');
  const sender: Sender = { spoke, accountId };
  const hub = new Hub(table, now, organizationId);
  const done: Backfilled = { records: 0, dropped: 0, refused: 0, refusedJobs: [], left: 0 };
  let batch: Sent[] = [];
  const refuse = (jobs: readonly JobName[]) => {
    done.refused += jobs.length;
    done.refusedJobs.push(...jobs.slice(0, MAX_NAMED - done.refusedJobs.length));
  };
  const flush = async () => {
    signal?.throwIfAborted();
    const { dropped, refused } = await hub.write(batch);
    done.records += batch.length - dropped - refused.length;
    done.dropped += dropped;
    refuse(refused);
    batch = [];
  };
  for await (const record of records) {
    onRecord?.();
    if (record.kind !== 'job' && record.kind !== 'cluster') {
      done.left += 1;
      continue;
    }
    try {
      batch.push({ sender, what: accepted(record.item, defined({ accountId, organizationId })) });
    } catch (error) {
      if (!(error instanceof RelayError) || record.kind !== 'job') throw error;
      refuse([{ projectId: projectIdOf(record.item.pk), jobId: jobIdOf(record.item.sk) }]);
    }
    if (batch.length === BATCH) await flush();
  }
  await flush();
  await hub.confirm();
  return done;
}
