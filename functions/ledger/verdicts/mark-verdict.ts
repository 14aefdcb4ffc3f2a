// functions/ledger/verdicts/mark-verdict.ts: a mark that a job has a verdict, or is about to: only jobs with one have to be read for drills.
import type { LedgerJob } from '../model/ledger.ts';
import { verdictKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';

/**
 * Written before the verdict, so that no verdict is without a mark. A mark without a verdict does no harm: what counts is read from the job.
 * The attribute is one of those that whoever annotates may write. Requests: 1 write.
 * @param at ISO 8601
 * @throws LedgerError
 */
export async function markVerdict(
  table: Pick<Table, 'update'>,
  { projectId, clusterName, jobId }: Pick<LedgerJob, 'projectId' | 'clusterName' | 'jobId'>,
  at: string,
): Promise<void> {
  await table.update(verdictKey(projectId, clusterName, jobId), { set: { changedAt: at }, blind: true }, {});
}
