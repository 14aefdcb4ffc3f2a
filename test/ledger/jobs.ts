// test/ledger/jobs.ts: synthetic restore jobs.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Ledger, Sighting } from '../../functions/ledger/model/ledger.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import type { Verification } from '../../functions/proof/verify/verify.ts';
import { verifyAll } from '../../functions/proof/verify/verify-all.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { requestedAt } from '../../functions/restore/object-id.ts';

export const PROJECT = 'aaaaaaaaaaaaaaaaaaaaaaaa';
export const RUN = '6922f600bbbbbbbbbbbbbbbb';

/** An id made at a moment; `salt` tells apart those of the same second. */
export function idAt(moment: string, salt: number | string = 0): string {
  const second = Math.floor(Date.parse(moment) / 1000);
  const tail = createHash('sha256').update(String(salt)).digest('hex').slice(0, 16);
  return second.toString(16).padStart(8, '0') + tail;
}

/** A dedicated job that has just begun, but for what `parts` says. */
export function job(parts: Partial<RestoreJob> = {}): RestoreJob {
  const jobId = parts.jobId ?? idAt('2026-11-20T10:00:00Z');
  return {
    jobId,
    projectId: PROJECT,
    projectName: 'payments',
    clusterName: 'orders',
    clusterId: 'cccccccccccccccccccccccc',
    kind: 'dedicated',
    status: 'RUNNING',
    sourceStatus: 'IN_PROGRESS',
    delivery: 'automated',
    requestedAt: requestedAt(jobId),
    snapshotId: 'dddddddddddddddddddddddd',
    snapshotAt: '2026-11-20T04:00:00.000Z',
    targetProjectId: PROJECT,
    targetClusterName: 'orders-test',
    deliveryUrlCount: 0,
    atlas: { id: jobId, cancelled: false, expired: false, failed: false, desiredTimestamp: { increment: null } },
    ...parts,
  };
}

/** The same job, done. */
export const completed = (running: RestoreJob, finishedAt = '2026-11-20T10:05:00.000Z'): RestoreJob => ({
  ...running,
  status: 'COMPLETED',
  sourceStatus: 'finishedAt',
  finishedAt,
  durationSeconds: (Date.parse(finishedAt) - Date.parse(running.requestedAt)) / 1000,
  atlas: { ...running.atlas, finishedAt },
});

/** Seen so many minutes after 11:00. */
export const seen = (minute: number, runId = RUN): Sighting => ({
  runId,
  observedAt: new Date(Date.parse('2026-11-20T11:00:00Z') + minute * 60_000).toISOString(),
});

/** One project's histories and counts, as `restore-ledger verify` finds them: by themselves, and among all. */
export async function verified(ledger: Ledger, projectId: string): Promise<Verification> {
  const progress = { show: () => {} };
  const [one] = await listOf(verifyAll(ledger, { projectIds: [projectId], progress }));
  const all = await listOf(verifyAll(ledger, { progress }));
  expect(one).toEqual(all.find((result) => result.projectId === projectId));
  return one ?? expect.unreachable();
}
