// functions/collector/evaluate/write-requesters.ts: the writing of requesters, and of the findings that follow from them.
import type { JobSummary, Ledger, LedgerJob, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { isUnresolved } from './attribution.ts';
import type { JobBatch, Unattributed } from './unattributed-jobs.ts';

/** DynamoDB calls under way at once. */
const PARALLEL_WRITES = 8;

export interface WritePorts {
  ledger: Ledger;
  /** True when what is left should wait for the next collection. */
  outOfTime(): boolean;
  /** The findings of a job whose requester has become known. */
  findings(job: JobSummary): Finding[];
  onRecorded(recorded: Recorded): void;
}

/** By job: what is to be written. */
export type Updates = Map<string, { job: Unattributed; requester: Requester }>;

/** Leaves in `updates` what there was no time for. */
export async function writeRequesters(
  updates: Updates,
  { open: [oldest], open, held }: JobBatch,
  { projectId, sighting }: { projectId: string; sighting: Sighting },
  { ledger, outOfTime, findings, onRecorded }: WritePorts,
): Promise<void> {
  const areHeld = oldest === undefined || open.length <= held.length;
  const jobs = areHeld ? held : ledger.projectJobs(projectId, { since: oldest.requestedAt });
  const taken = takeUpdates(updates, jobs, outOfTime);
  const writer = async () => {
    for await (const { read, requester } of taken) {
      const annotate = (stored: JobSummary) =>
        // Another collector may have found out more.
        isUnresolved(stored.requester) ? { requester, findings: findings({ ...stored, requester }) } : {};
      onRecorded(await ledger.annotate(projectId, read.jobId, sighting, annotate, read));
    }
  };
  await forEachConcurrent(Array<typeof writer>(PARALLEL_WRITES).fill(writer), PARALLEL_WRITES, (write) => write());
}

async function* takeUpdates(
  updates: Updates,
  jobs: Iterable<LedgerJob> | AsyncIterable<LedgerJob>,
  outOfTime: () => boolean,
): AsyncGenerator<{ read: LedgerJob; requester: Requester }> {
  if (updates.size === 0) return;
  for await (const read of jobs) {
    if (outOfTime()) return;
    const found = updates.get(read.jobId);
    if (!found) continue;
    updates.delete(read.jobId);
    yield { read, requester: found.requester };
    if (updates.size === 0) return;
  }
}
