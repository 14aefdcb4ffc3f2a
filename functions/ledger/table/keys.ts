// functions/ledger/table/keys.ts: every key string of the table. Nothing else spells one.
import { requestedAt } from '../../restore/object-id.ts';

/** An item's own key. */
export interface Key {
  pk: string;
  sk: string;
}

/** Where the feed index holds an item. */
export interface FeedKey {
  feed: string;
  feedKey: string;
}

const JOB = 'JOB#';
const COVERAGE = 'COVERAGE';
const RUN = 'RUN';
const PLAN = 'PLAN#';
const SCOPE = 'SCOPE';
const PROJECT = 'PROJECT#';
const MESSAGE = 'MESSAGE';
const SPOKE = 'SPOKE#';
const SLICES = 'SLICES#';
const OWNER = 'OWNER';
const OWNED = 'OWNED';
const EXPECTED = 'EXPECTED';

export const projectPk = (projectId: string) => PROJECT + projectId;
export const projectIdOf = (pk: string) => pk.slice(PROJECT.length);
export const isJobSk = (sk: string) => sk.startsWith(JOB);
export const jobSk = (jobId: string) => JOB + jobId;
export const jobIdOf = (sk: string) => sk.slice(JOB.length);
export const jobKey = (projectId: string, jobId: string): Key => ({ pk: projectPk(projectId), sk: jobSk(jobId) });

export const coverageKey = (projectId: string): Key => ({ pk: projectPk(projectId), sk: COVERAGE });

/** One of two sets of items that hold the clusters of a coverage too large for one item, in turn. */
export type CoverageSlot = 'A' | 'B';
const COVERAGE_PART = `${COVERAGE}_PART#`;
/** @param part from 0 */
export const coveragePartKey = (projectId: string, slot: CoverageSlot, part: number): Key => ({
  pk: projectPk(projectId),
  sk: `${COVERAGE_PART}${slot}#${String(part).padStart(4, '0')}`,
});
export const isCoveragePartSk = (sk: string) => sk.startsWith(COVERAGE_PART);

/** How the sort keys of a project's archived clusters begin. */
export const ARCHIVED_CLUSTERS = `${COVERAGE}#`;

/** A name can be used again after a deletion, so `incarnation` is the cluster's id, or when it went where it had none. */
export const archivedClusterKey = (projectId: string, clusterName: string, incarnation: string): Key => ({
  pk: projectPk(projectId),
  sk: `${COVERAGE}#${clusterName}#${incarnation}`,
});

export const runPk = (runId: string) => `RUN#${runId}`;
export const runKey = (runId: string): Key => ({ pk: runPk(runId), sk: RUN });
export const isRunSk = (sk: string) => sk === RUN;
/** The projects that a run was to read, in items of some hundred. */
export const planKey = (runId: string, n: number): Key => ({ pk: runPk(runId), sk: `${PLAN}${n}` });
export const isPlanSk = (sk: string) => sk.startsWith(PLAN);
export const isPartSk = (sk: string) => sk.startsWith(PROJECT);
export const runIdOf = (pk: string) => pk.slice(runPk('').length);
export const partKey = (runId: string, projectId: string): Key => ({ pk: runPk(runId), sk: PROJECT + projectId });

export const clusterPartition = (projectId: string, clusterName: string) => `${projectId}#${clusterName}`;

/** The lists that the feed index keeps by month. */
export type MonthlyFeed = 'JOBS' | 'RUNS';
/** `2026-11`: the month that an id was made in, UTC. */
export const monthOf = (id: string) => requestedAt(id).slice(0, 7);
/** `2026-12` after `2026-11`. */
export function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number)).toISOString().slice(0, 7);
}
/** `2026-11-01` and so on. */
export function daysOfMonth(month: string): string[] {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, n) => `${month}-${String(n + 1).padStart(2, '0')}`);
}
export const feedPartition = (list: MonthlyFeed, month: string) => `${list}#${month}`;
/** What is known of a project. An item of its own, seldom written, so that the index is not written with each run. */
export const projectKey = (projectId: string): Key => ({ pk: projectPk(projectId), sk: 'PROJECT' });
/** Restores of a project that somebody announced, by ids that begin with their ends. */
export const expectedPk = (projectId: string) => `${EXPECTED}#${projectId}`;
export const expectedKey = (projectId: string, expectedRestoreId: string): Key => ({
  pk: expectedPk(projectId),
  sk: expectedRestoreId,
});
export const isExpectedPk = (pk: string) => pk.startsWith(expectedPk(''));
export const projectIdOfExpected = (pk: string) => pk.slice(expectedPk('').length);
/** What people were told of a job, or of another event. @param id of the job, or of the event */
export const messageKey = (id: string): Key => ({ pk: messagePk(id), sk: MESSAGE });
export const messagePk = (id: string) => `${MESSAGE}#${id}`;
/** The reports that were asked for of the API, all in one item. */
export const REQUESTED_REPORTS_KEY: Key = { pk: 'REPORTS', sk: 'REQUESTED' };
export const isReportsPk = (pk: string) => pk === REQUESTED_REPORTS_KEY.pk;
/** What the items of a hub's own are under: of a spoke, and of slices of its records. @param spoke as of `spokeName` */
export const spokeKey = (spoke: string): Key => ({ pk: SCOPE, sk: `${SPOKE}${spoke}` });
/** All of them. */
export const ALL_SPOKES = { partition: SCOPE, beginsWith: SPOKE } as const;
export const slicePk = (spoke: string, digest: string) => `${SLICES}${spoke}#${digest}`;
export const sliceKey = (spoke: string, digest: string, n: number): Key => ({
  pk: slicePk(spoke, digest),
  sk: String(n).padStart(4, '0'),
});
/** What a hub holds of a project beside its record: whose it is, and whether all of it is there. */
export const ownerKey = (projectId: string): Key => ({ pk: projectPk(projectId), sk: OWNER });
/** The projects of an AWS account, or organization, in a hub. */
export const ownedPk = (by: string) => `${OWNED}#${by}`;
export const ownedKey = (by: string, projectId: string): Key => ({ pk: ownedPk(by), sk: projectId });
/** Says that these are known of every project. */
export const OWNED_KEY: Key = { pk: OWNED, sk: OWNED };
/** A hub's own items: an export leaves them out. */
export const isHubKey = ({ pk, sk }: Key) =>
  pk.startsWith(SLICES) ||
  pk.startsWith(OWNED) ||
  (pk === SCOPE && sk.startsWith(SPOKE)) ||
  (pk.startsWith(PROJECT) && sk === OWNER);
/** Of all projects together. */
export const SCOPE_KEY: Key = { pk: SCOPE, sk: SCOPE };
/** The feed of known projects, named after what it held first. */
export const COVERAGE_FEED = COVERAGE;

const DAYS = 'DAYS';
const DAY_MARKS = 'MARKS#';
/** What is known of the counts of each day at all. */
export const DAYS_KEY: Key = { pk: DAYS, sk: DAYS };
/** `2026-11-29`: the day that a job was requested on, UTC. */
export const dayOf = (jobId: string) => requestedAt(jobId).slice(0, 10);
export const dayCountsKey = (day: string): Key => ({ pk: DAYS, sk: `COUNTS#${day}` });
/** The jobs of a day, as the indexes carry them. */
export const dayJobsKey = (day: string): Key => ({ pk: DAYS, sk: `JOBS#${day}` });
/** The days of a month that jobs were written of. @param month such as `2026-11` */
export const dayMarksKey = (month: string): Key => ({ pk: DAYS, sk: DAY_MARKS + month });
export const dayMarksMonth = (sk: string) => sk.slice(DAY_MARKS.length);
/** What is known of the jobs of all days but the newest. */
export const OLDER_JOBS_KEY: Key = { pk: DAYS, sk: 'OLDER' };
/** The keys of all of these. */
export const isDaysPk = (pk: string) => pk === DAYS || pk === ANNOTATED_DAYS;
/** The days whose jobs were annotated, an item each. */
export const ANNOTATED_DAYS = 'ANNOTATED';
/** @param day that jobs were requested on */
export const annotatedDayKey = (day: string): Key => ({ pk: ANNOTATED_DAYS, sk: day });
export const ALL_DAY_MARKS = { partition: DAYS, beginsWith: DAY_MARKS } as const;

const TOTALS = 'TOTALS';
/** What the coverage of all projects adds up to. */
export const COVERAGE_TOTALS_KEY: Key = { pk: TOTALS, sk: COVERAGE };
/** Who writes coverage, and how often that was said. */
export const COVERAGE_WRITERS_KEY: Key = { pk: TOTALS, sk: 'WRITERS' };
export const isTotalsPk = (pk: string) => pk === TOTALS;

const VERDICTS = 'VERDICTS';
export const VERDICTS_PK = VERDICTS;
export const isVerdictsPk = (pk: string) => pk === VERDICTS;
/** Says that somebody gave a verdict on a job, or was about to. Ids have 24 characters, whatever the name between them holds. */
export const verdictKey = (projectId: string, clusterName: string, jobId: string): Key => ({
  pk: VERDICTS,
  sk: `${projectId}#${clusterName}#${jobId}`,
});
/** All of these of the projects from one id to another, by project, cluster and job. */
export const verdictsBetween = (first: string, last: string) =>
  ({ partition: VERDICTS, between: [`${first}#`, `${last}$`] }) as const; // `$` comes after `#`
export const verdictOf = (sk: string) => ({
  projectId: sk.slice(0, ID_LENGTH),
  clusterName: sk.slice(ID_LENGTH + 1, -ID_LENGTH - 1),
  jobId: sk.slice(-ID_LENGTH),
});
const ID_LENGTH = 24;

export const jobFeed = (jobId: string): FeedKey => ({ feed: feedPartition('JOBS', monthOf(jobId)), feedKey: jobId });
export const runFeed = (runId: string): FeedKey => ({ feed: feedPartition('RUNS', monthOf(runId)), feedKey: runId });
export const coverageFeed = (projectId: string): FeedKey => ({ feed: COVERAGE_FEED, feedKey: projectId });
/** The feed of announced restores. */
export const EXPECTED_FEED = EXPECTED;
export const expectedFeed = (expectedRestoreId: string): FeedKey => ({ feed: EXPECTED, feedKey: expectedRestoreId });
