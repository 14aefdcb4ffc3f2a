// functions/api/web/parts/last-runs.ts: the last run of everything: one of a single project or cluster says nothing of the rest.
import type { Run } from '../../../ledger/model/run.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import type { NewestRuns } from '../../../ledger/repositories/overview.ts';
import { defined } from '../../../platform/defined.ts';
import { requestedAt } from '../../../restore/object-id.ts';
import { KEY_MS } from '../../http/ports.ts';

export interface LastRuns {
  /** The newest run of everything, which may still run. */
  newest?: Run;
  /** The newest run of everything that has ended. */
  ended?: Run;
  /** Runs of one project or cluster that began after `ended`; newest first. */
  others: Run[];
  /** False: there are older runs that were not looked at, and would have to be. */
  complete: boolean;
}

/** Runs of the first reading, which as a rule is enough. */
export const FIRST_READING = 10;
const READINGS = [FIRST_READING, 20, 100, 200];

/**
 * Requests: 1 query a month until the last run is found and an hour before it; of at most 330 runs, in 4 pages.
 * @param first the newest runs, where they were read before
 */
export async function lastRuns(ledger: Pick<LedgerReader, 'runs'>, first?: NewestRuns): Promise<LastRuns> {
  const runs: Run[] = [];
  let cursor: string | undefined;
  for (const [reading, limit] of READINGS.entries()) {
    const page: NewestRuns = (reading === 0 && first) || (await ledger.runs(defined({ limit, cursor })));
    runs.push(...page.items);
    cursor = page.cursor;
    const found = sorted(runs);
    if (cursor === undefined || isCertain(found, page.readFrom ?? listedAt(runs.at(-1))))
      return { ...found, complete: true };
  }
  return { ...sorted(runs), complete: false };
}

/** A run that was started by key is listed as of before it began: one that is listed later may have begun earlier. */
const isCertain = ({ ended }: Pick<LastRuns, 'ended'>, readFrom: string | undefined): boolean =>
  ended !== undefined && readFrom !== undefined && Date.parse(readFrom) + KEY_MS < Date.parse(ended.startedAt);

const listedAt = (run: Run | undefined) => run && requestedAt(run.runId);

function sorted(runs: readonly Run[]): Omit<LastRuns, 'complete'> {
  const latest = runs.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  const newest = latest.find(isOfEverything);
  const ended = latest.find((run) => isOfEverything(run) && run.status !== 'running');
  const others = latest.slice(0, ended ? latest.indexOf(ended) : latest.length).filter((run) => !isOfEverything(run));
  return defined({ newest, ended, others });
}

const isOfEverything = ({ scope: { projectId, clusterName } }: Run) =>
  projectId === undefined && clusterName === undefined;
