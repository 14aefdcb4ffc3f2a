// functions/report/gather/runs-over-all.ts: the runs that a claim over everything rests on.
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import { upTo } from '../../platform/lists/up-to.ts';
import type { LedgerFacts } from '../../proof/ledger.ts';

/**
 * The newest run over everything, and the newest that has ended. Requests: 1 query for each 200 runs, and 2 reads for each that is
 * listed as ended, until one has.
 * @param most runs to look at @default all, and runs expire, so there is an end to them
 * @throws LedgerError
 */
export async function runsOverAll(
  ledger: Pick<Ledger, 'runs' | 'run'>,
  most = Number.POSITIVE_INFINITY,
): Promise<Pick<LedgerFacts, 'lastRun' | 'lastEndedRun' | 'planned'>> {
  let lastRun: Run | undefined;
  for await (const listed of upTo(most, (page) => ledger.runs(page))) {
    if (listed.scope.projectId !== undefined) continue;
    lastRun ??= listed;
    if (listed.status === 'running') continue;
    // The index lists them; the table is the record.
    const { run, planned = [] } = (await ledger.run(listed.runId)) ?? {};
    if (run && run.status !== 'running') return { lastRun, lastEndedRun: run, planned };
  }
  return { lastRun };
}
