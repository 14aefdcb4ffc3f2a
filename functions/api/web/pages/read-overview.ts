// functions/api/web/pages/read-overview.ts: what the first page reads: the state of things, and the newest restores.
import type { JobSummary, Page } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { isOpen } from '../../../restore/job.ts';
import { STATUSES } from '../../../schema/words.ts';
import { lastDays } from '../../../views/pictures/spans.ts';
import { asPeriod } from '../../http/period.ts';
import { type CoverageContext, type CoverageState, coverageState } from '../../query/coverage-state.ts';
import { daysOf, type Summary, summarize } from '../../query/summary.ts';
import { FIRST_READING, type LastRuns, lastRuns } from '../parts/last-runs.ts';
import { LISTED_PROJECTS, listing, type NamedProjects, readNames } from '../parts/project-names.ts';

/** What is read for it. */
export type OverviewReader = Pick<
  LedgerReader,
  'overview' | 'indexedJobs' | 'runs' | 'projects' | 'listedProjects' | 'projectNames'
>;

export interface ReadOverview {
  jobs: Page<JobSummary>;
  projects: NamedProjects;
  /** Of the last days. */
  recent: Summary;
  /** Jobs that are open now, whenever they were requested. */
  open: { jobs: number; more: boolean };
  coverage: CoverageState;
  runs: LastRuns;
}

const PERIOD_DAYS = 30;
/** Open jobs that are counted one by one; beyond, the page says so. */
const MAX_OPEN = 200;
const OPEN = STATUSES.filter(isOpen);

/**
 * Requests: those of `LedgerReader.overview`, as a rule 4 to 6. More where somebody writes: 1 for each 1,500 jobs or so of the days that were
 * written to, 3 for what is open where that is of older jobs, and those of `coverageState`.
 */
export async function readOverview(
  ledger: OverviewReader,
  limit: number,
  context: CoverageContext,
): Promise<ReadOverview> {
  const period = asPeriod(lastDays(PERIOD_DAYS, context.now));
  const read = await ledger.overview({ days: daysOf(period), jobs: limit, runs: FIRST_READING });
  const { jobs, counts, totals, older } = read;
  const [recent, coverage, runs] = await Promise.all([
    summarize({ indexedJobs: ledger.indexedJobs, dayCounts: async () => counts }, period),
    coverageState({ projects: ledger.projects, coverageTotals: async () => totals }, context),
    lastRuns(ledger, read.runs),
  ]);
  const open = older && !recent.truncated ? openSince(recent, older) : undefined;
  return {
    ...{ jobs, recent, coverage, runs },
    open: open === undefined ? await countOpen(ledger) : { jobs: open, more: false },
    projects: await namesOf(ledger, coverage, read.names),
  };
}

/** Those of the days, and of all days before. */
const openSince = ({ byDay }: Summary, older: { before: string; open: number }): number =>
  byDay
    .filter(({ day }) => day >= older.before)
    .reduce((sum, { byStatus }) => sum + OPEN.reduce((open, status) => open + byStatus[status], 0), older.open);

async function countOpen(ledger: Pick<LedgerReader, 'indexedJobs'>): Promise<{ jobs: number; more: boolean }> {
  const { items, cursor } = await ledger.indexedJobs({ statuses: OPEN, limit: MAX_OPEN });
  return { jobs: items.length, more: cursor !== undefined };
}

/** Of all, where they are known along with the numbers, or few; else of those that are shown. */
async function namesOf(
  ledger: Pick<LedgerReader, 'listedProjects' | 'projectNames'>,
  { names: all, projects }: CoverageState,
  shown: ReadonlyMap<string, string>,
): Promise<NamedProjects> {
  if (all) return listing(all, shown);
  if (projects > LISTED_PROJECTS) return { names: shown, listed: new Map() };
  return readNames(ledger, async () => [...shown.keys()]);
}
