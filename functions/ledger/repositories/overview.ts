// functions/ledger/repositories/overview.ts: all that the overview shows, in two batch reads and the queries that say where its jobs and
// runs are, however many there are (docs/decisions/0059-overview-in-six-requests.md).
import { defined } from '../../platform/defined.ts';
import { lowestIdAt, requestedAt } from '../../restore/object-id.ts';
import { countKeysOf, countsIn, markKeysOf, standingOf } from '../days/kept-counts.ts';
import { dayBefore, KEPT_JOBS, type KeptJob, keptJob, NEWEST_DAYS, olderJobsOf } from '../days/older-jobs.ts';
import { packedJob } from '../days/packed-jobs.ts';
import { addJob, type DayCounts, noDayCounts, type OlderJobs } from '../model/day-counts.ts';
import type { JobSummary, KeptTotals, Page } from '../model/ledger.ts';
import type { Run } from '../model/run.ts';
import { RUN_FIELDS } from '../model/table.ts';
import { type Item, itemOf, jobSummary } from '../table/job-item.ts';
import { dayOf, isJobSk, isRunSk, jobKey, type Key, OLDER_JOBS_KEY, projectKey } from '../table/keys.ts';
import { itemsAt, type Table } from '../table/table-port.ts';
import { keptTotals, TOTALS_KEYS } from '../totals/totals-repository.ts';
import { idPast, type ScanPage } from './index-scan.ts';
import { cursorOfAll, newestEntries, runEntries, SHOWN } from './queries.ts';
import { runOf } from './run-repository.ts';

export interface OverviewQuery {
  /** Such as `2026-11-29`. */
  days: readonly string[];
  /** How many of each. */
  jobs: number;
  runs: number;
}

export interface NewestRuns extends Page<Run> {
  /** All that are listed after this moment are among them. ISO 8601. Absent: all are. */
  readFrom?: string;
}

export interface Overview {
  /** The first page of all jobs. */
  jobs: Page<JobSummary>;
  /** The newest runs of this month and the one before. */
  runs: NewestRuns;
  /** As of `Ledger.dayCounts`, and of days whose jobs are all among the newest. */
  counts: Map<string, DayCounts>;
  /** As of `Ledger.coverageTotals`. */
  totals?: KeptTotals;
  /** Absent where somebody writes to them, or wrote since they were counted. */
  older?: Pick<OlderJobs, 'before' | 'open'>;
  /** Of projects that the jobs name, and `totals` doesn't, by id. */
  names: Map<string, string>;
}

/** What is shown of what is read in one batch. */
const FIELDS = [...SHOWN, ...RUN_FIELDS];
const RUN_MONTHS = 2;

/**
 * Requests: 1 batch read of all whose keys are known; at once 1 or 2 queries for the jobs of the last 25 days, and for the runs of two
 * months; and 1 batch read for each 100 of the items that these led to. Those of `jobsPage` more where the jobs are fewer and what is
 * kept of the older ones is of no use.
 * @throws LedgerError
 */
export async function readOverview(
  table: Table,
  { days, jobs: limit, runs: runLimit }: OverviewQuery,
  now: number,
  retentionDays: number,
): Promise<Overview> {
  const since = `${dayBefore(NEWEST_DAYS, now)}T00:00:00.000Z`;
  const [kept, newest, runs] = await Promise.all([
    itemsAt(table, [...markKeysOf(days), ...TOTALS_KEYS, OLDER_JOBS_KEY]),
    newestEntries(table, { since }, limit, now),
    runEntries(table, { limit: runLimit }, now, retentionDays, RUN_MONTHS),
  ]);
  const [standing, totals] = [standingOf(kept, days), keptTotals(kept)];
  const older = olderJobsOf(itemOf(kept, OLDER_JOBS_KEY), now);
  const jobs = newest.items.map(placeOf);
  let { nextId } = newest;
  if (nextId === undefined) {
    const beyond = await olderJobs(table, { older, since, missing: limit + 1 - jobs.length }, now);
    jobs.push(...beyond.jobs);
    nextId = beyond.nextId;
  }
  const listed = jobs.slice(0, limit);
  const last = listed.at(-1);
  if (jobs.length > limit && last) nextId = idPast(last.jobId, 'desc');
  const unnamed = namesNeeded(listed).filter((id) => totals?.totals.names?.[id] === undefined);
  // What is read after the marks is no older than they say.
  const keys = [
    ...listed.map(({ projectId, jobId }) => jobKey(projectId, jobId)),
    ...runs.items.map(({ pk, sk }) => ({ pk, sk }) as Key),
    ...countKeysOf(standing),
    ...unnamed.map(projectKey),
  ];
  const items = await itemsAt(table, keys, FIELDS);
  const isOf = (is: (sk: string) => boolean) => items.filter(({ sk }) => is(String(sk)));
  return {
    jobs: defined({ items: isOf(isJobSk).map(jobSummary), cursor: nextId && cursorOfAll(nextId) }),
    runs: defined({
      items: isOf(isRunSk).map(runOf),
      cursor: runs.cursor,
      readFrom: runs.nextId && requestedAt(runs.nextId),
    }),
    counts: withNewest(countsIn(items, standing), days, newest, since),
    names: new Map(isOf(isProjectSk).map((item) => [String(item.projectId), String(item.projectName)])),
    ...defined({ totals, older: older && { before: older.before, open: older.open } }),
  };
}

/** And of days that somebody writes to, where all their jobs are among the newest: they are not read again. */
function withNewest(
  counts: Map<string, DayCounts>,
  days: readonly string[],
  { items, nextId }: ScanPage,
  since: string,
) {
  // Of its day, there may be more.
  const oldest = nextId === undefined ? '' : dayOf(String(items.at(-1)?.jobId ?? nextId));
  for (const day of days) {
    if (counts.has(day) || day < since.slice(0, 10) || day <= oldest) continue;
    const ofDay = noDayCounts();
    for (const item of items) if (dayOf(String(item.jobId)) === day) addJob(ofDay, packedJob(item));
    counts.set(day, ofDay);
  }
  return counts;
}

interface Missing {
  older: OlderJobs | undefined;
  /** Those that were requested before. ISO 8601. */
  since: string;
  missing: number;
}

/** As they are kept, if that is enough. */
async function olderJobs(
  table: Table,
  { older, since, missing }: Missing,
  now: number,
): Promise<{ jobs: readonly KeptJob[]; nextId?: string }> {
  if (older) {
    // Those of the last of these days are among the newest already.
    const jobs = older.newest.map(keptJob).filter(({ jobId }) => jobId < lowestIdAt(since));
    if (jobs.length >= missing || older.newest.length < KEPT_JOBS) return { jobs };
  }
  const { items, ...more } = await newestEntries(table, { until: since }, missing, now);
  return { jobs: items.map(placeOf), ...more };
}

const placeOf = ({ jobId, projectId, targetProjectId }: Item): KeptJob =>
  ({ jobId, projectId, targetProjectId }) as KeptJob;

const namesNeeded = (jobs: readonly KeptJob[]) => [
  ...new Set(
    jobs.flatMap(({ projectId, targetProjectId = projectId }) =>
      targetProjectId === projectId ? [] : [targetProjectId],
    ),
  ),
];

const isProjectSk = (sk: string) => sk === projectKey('').sk;
