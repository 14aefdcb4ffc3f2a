// functions/collector/evaluate/write-requesters.ts: the writing of requesters, and of the findings that follow from them.

import type { LimitFunction } from 'p-limit';
import type { JobSummary, Ledger, LedgerJob, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { isUnresolved } from './attribution.ts';
import type { JobBatch, Unattributed } from './unattributed-jobs.ts';

export interface WritePorts {
  ledger: Ledger;
  /** True when what is left should wait for the next collection. */
  outOfTime(): boolean;
  /** The findings of a job whose requester has become known. */
  findings(job: JobSummary): Finding[];
  onRecorded(recorded: Recorded): void;
  /** Shared by projects that are collected side by side. */
  writes: LimitFunction;
}

/** By job: what is to be written. */
export type Updates = Map<string, { job: Unattributed; requester: Requester }>;

/** Leaves in `updates` what there was no time for. */
export async function writeRequesters(
  updates: Updates,
  { open: [oldest], open, held }: JobBatch,
  { projectId, sighting }: { projectId: string; sighting: Sighting },
  { ledger, outOfTime, findings, onRecorded, writes }: WritePorts,
): Promise<void> {
  const areHeld = oldest === undefined || open.length <= held.length;
  const jobs = areHeld ? held : ledger.projectJobs(projectId, { since: oldest.requestedAt });
  const taken = takeUpdates(updates, jobs, outOfTime);
  const writeNext = async () => {
    const next = await taken.next();
    if (next.done) return false;
    const { read, requester } = next.value;
    const annotate = (stored: JobSummary) =>
      // Another collector may have found out more.
      isUnresolved(stored.requester) ? { requester, findings: findings({ ...stored, requester }) } : {};
    const recorded = await ledger.annotate(projectId, read.jobId, sighting, annotate, read);
    if (recorded.outcome !== 'let-go') onRecorded(recorded);
    return true;
  };
  const writers = Array.from({ length: Math.min(writes.concurrency, updates.size) }, () => async () => {
    try {
      while (await writes(writeNext));
    } finally {
      await taken.return(undefined); // ended, or failed: no other goes on
    }
  });
  await forEachConcurrent(writers, writers.length, (writer) => writer());
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
