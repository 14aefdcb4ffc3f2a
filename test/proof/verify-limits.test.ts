import { expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { mergeObservation } from '../../functions/ledger/model/merge-observation.ts';
import { verifyProject } from '../../functions/proof/verify.ts';
import { job, PROJECT, seen } from '../ledger/jobs.ts';

const JOBS = 1_500;

async function* forged(): AsyncGenerator<LedgerJob> {
  const decision = mergeObservation(undefined, job(), seen(0));
  if (!('job' in decision)) return expect.unreachable();
  for (let left = JOBS; left > 0; left--) yield { ...decision.job, status: 'FAILED' } as LedgerJob;
}

test('of very many breaks the first thousand are named, and all are counted', async () => {
  const ledger = { projectJobs: forged, archivedClusters: async function* () {} };
  const { jobs, breaks, breakCount } = await verifyProject(ledger, { projectId: PROJECT, projectName: 'payments' });
  expect(jobs).toBe(JOBS);
  expect(breaks).toHaveLength(1_000);
  expect(breakCount).toBeGreaterThanOrEqual(JOBS);
});
