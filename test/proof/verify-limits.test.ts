import { expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { mergeObservation } from '../../functions/ledger/model/merge-observation.ts';
import { Recount } from '../../functions/proof/verify/verify.ts';
import { job, PROJECT, seen } from '../ledger/jobs.ts';

const JOBS = 1_500;

test('of very many breaks the first thousand are named, and all are counted', () => {
  const decision = mergeObservation(undefined, job(), seen(0));
  if (!('job' in decision)) return expect.unreachable();
  const forged = { ...decision.job, status: 'FAILED' } as LedgerJob;
  const recount = new Recount();
  for (let left = JOBS; left > 0; left--)
    recount.addJob({ projectId: PROJECT, jobId: forged.jobId, job: forged, misplaced: [] });
  const { jobs, breaks, breakCount } = recount;
  expect(jobs).toBe(JOBS);
  expect(breaks).toHaveLength(1_000);
  expect(breakCount).toBeGreaterThanOrEqual(JOBS);
});
