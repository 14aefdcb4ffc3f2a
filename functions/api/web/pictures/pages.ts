// functions/api/web/pictures/pages.ts: the pages of pictures, loaded when one is asked for. Each reads a bounded number of restores, and says
// what it left out.

import { html } from 'hono/html';
import { unindexedFit } from '../../../ledger/filter/jobs-filter.ts';
import { type ClusterCoverage, clusterNamed } from '../../../ledger/model/coverage.ts';
import { sumOf } from '../../../ledger/model/day-counts.ts';
import type { LedgerReader, ProjectRecord } from '../../../ledger/repositories/ledger-reader.ts';
import { NO_OBJECTIVES, type Objectives } from '../../../restore/objectives/objective.ts';
import { ACTOR_KINDS } from '../../../schema/words.ts';
import type { Html } from '../../../views/html/text.ts';
import { clusterLine } from '../../../views/pictures/coverage-cells.ts';
import { drillLine } from '../../../views/pictures/drill-months.ts';
import { BEGINNING, type ReadJobs } from '../../../views/pictures/jobs.ts';
import { dayCountsOf, overTime } from '../../../views/pictures/over-time.ts';
import type { ActorKey } from '../../../views/pictures/requesters.ts';
import { lastDays, lastMonths, type Span, spansOf, unitOf } from '../../../views/pictures/spans.ts';
import { type NamesReader, withNames } from '../../query/names.ts';
import { type CountedDays, countDays, daysOf } from '../../query/summary.ts';
import { notKnownOf } from '../../query/tagged-clusters.ts';
import { messagePage } from '../html/layout.ts';
import { projectHealth } from '../parts/coverage-health.ts';
import { RefusedName, refusedName } from '../parts/place.ts';
import { namedOnce, namesOf, projectsOf, readNames } from '../parts/project-names.ts';
import { clusterPage } from './cluster-page.ts';
import { COVERAGE_DAYS, clusterPictures, DRILL_MONTHS, restoresOfProject } from './clusters-part.ts';
import { lookAt, readJobs, readOf } from './reading.ts';
import { requesterPage, requestersPage } from './requester-pages.ts';
import { readTrends, type Trends } from './trends-asked.ts';
import { trendsPage, wrongTrends } from './trends-page.ts';
import { WorstClusters } from './worst-clusters.ts';

export interface PicturePorts {
  ledger: Pick<LedgerReader, 'jobs' | 'lookAtJobs' | 'lookAtDays' | 'newestJobs' | 'projectNames'> & NamesReader;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In ms. */
  lateAfterMs: number;
  objectives?: Objectives | undefined;
}

export interface Answer {
  page: Html;
  status: 200 | 400 | 404 | 409;
}

/** Of one cluster: a page of the list. */
const CLUSTER_JOBS = 200;
/** Of all, whole: who requested them is in no index. */
const REQUESTED_JOBS = 1_000;
/** Of all, as the indexes have them. */
const TREND_JOBS = 5_000;
/** Of all, completed, as an index has them. */
const DRILL_JOBS = 4_000;
const PROJECT_JOBS = 400;
/** Rows of the pictures of one project. */
const PROJECT_CLUSTERS = 100;
/** Of a name or an id in an address. */
const MAX_NAME = 200;

/** Requests: 1 query and 2 batch reads for its jobs, and 1 batch read where their data went to other projects. @param record its project's */
export async function clusterAnswer(
  { ledger, now, lateAfterMs, objectives = NO_OBJECTIVES }: PicturePorts,
  record: ProjectRecord,
  clusterName: string,
): Promise<Answer> {
  const { projectId, projectName, archived, ...rest } = record;
  const facts = { projectId, projectName, ...rest };
  const at = now();
  const read = await readJobs(ledger, { projectId, clusterName }, CLUSTER_JOBS);
  const clusters = incarnations(record, clusterName);
  if (clusters.length === 0 && read.jobs.length === 0) {
    return {
      page: messagePage('No such cluster', 'No run has seen a cluster of this name in the project.', at),
      status: 404,
    };
  }
  const health = projectHealth(facts, { now: at, lateAfterMs, objectives }, archived);
  const days = spansOf(lastDays(COVERAGE_DAYS, at), 'day');
  const months = spansOf(lastMonths(DRILL_MONTHS, at), 'month');
  const page = {
    ...{ projectId, projectName, clusterName, read },
    health: health.find(
      (row) => row.clusterName === clusterName && (row.goneAt === undefined || clusters.length === 1),
    ),
    coverage: clusters.map((cluster) => clusterLine(facts, cluster, days, at)),
    drills: clusters.map((cluster) => drillLine(facts, cluster, { ...read, ofAll: true }, months, at)),
    objective: objectives.of(projectName, clusterName),
    names: await namesOf(ledger, projectsOf(read.jobs)),
  };
  return { page: clusterPage(page, at), status: 200 };
}

/** Of all clusters, those with the worst coverage. Requests: 1 query for each 1,000 of the newest 4,000 completed restores of the months. */
export async function allPictures({ ledger, now }: PicturePorts, clusters: WorstClusters): Promise<Html | ''> {
  const at = now();
  const { worst, left } = clusters;
  const months = lastMonths(DRILL_MONTHS, at);
  const query = { statuses: ['COMPLETED' as const], since: months.since };
  const read = worst.length === 0 ? NOTHING : await lookAt(ledger, query, { most: DRILL_JOBS, whole: false });
  return clusterPictures({ clusters: worst, left, read, beyond: 'on the page of its project' }, at);
}

/** Requests: 1 query and 2 batch reads for each 200 of its newest 400 restores, and those of the names. */
export async function projectPictures({ ledger, now }: PicturePorts, record: ProjectRecord): Promise<Html> {
  const at = now();
  const { projectId, archived: _, ...rest } = record;
  const read = await readJobs(ledger, { projectId }, PROJECT_JOBS);
  const worst = new WorstClusters(PROJECT_CLUSTERS);
  const facts = { projectId, ...rest };
  worst.add(facts, projectHealth(facts, { now: at }));
  const names = await namesOf(ledger, projectsOf(read.jobs));
  const pictured = { clusters: worst.worst, left: worst.left, read, beyond: 'on its own page', ofProject: facts };
  return html`${clusterPictures(pictured, at)}${restoresOfProject({ projectId, read, names }, at)}`;
}

const NOTHING: ReadJobs = { jobs: [], readFrom: BEGINNING, more: false };

/** The cluster, and those that are gone and had its name. */
function incarnations({ coverage, archived }: ProjectRecord, clusterName: string): ClusterCoverage[] {
  const present = clusterNamed(coverage?.clusters ?? {}, clusterName);
  return [...(present ? [present] : []), ...archived.filter((cluster) => cluster.clusterName === clusterName)];
}

/** Requests: those of `LedgerReader.newestJobs` of 1,000, and those of the names. */
export async function requestersAnswer({ ledger, now }: PicturePorts, given: URLSearchParams): Promise<Answer> {
  const at = now();
  const key = actorAsked(given);
  if (typeof key === 'string') return { page: messagePage('This address can’t be used', key, at), status: 400 };
  const read = readOf(await ledger.newestJobs(REQUESTED_JOBS));
  if (key === undefined) return { page: requestersPage({ read, names: new Map() }, at), status: 200 };
  const { names } = await readNames(ledger, async () => projectsOf(read.jobs));
  const page = requesterPage(key, { read, names }, at);
  if (page) return { page, status: 200 };
  const why = read.more
    ? `None of the newest ${read.jobs.length} restores is known to be theirs. Older ones may be: the list of restores has them all.`
    : 'No restore on record is known to be theirs.';
  return { page: messagePage('No restores of this requester', why, at), status: 404 };
}

/** Nothing is asked for: all of them. @returns what is wrong, as a sentence */
function actorAsked(given: URLSearchParams): ActorKey | undefined | string {
  const { kind: asked, ...parts } = Object.fromEntries(given);
  for (const [name, value] of Object.entries(parts)) {
    if (name !== 'id' && name !== 'name')
      return `There is no parameter ${name.slice(0, 40)}; there are: kind, id, name.`;
    if (value === '' || value.length > MAX_NAME) return `${name}: expected 1 to ${MAX_NAME} characters.`;
  }
  if (asked === undefined) return Object.keys(parts).length === 0 ? undefined : 'id and name need kind.';
  const kind = ACTOR_KINDS.find((each) => each === asked);
  return kind === undefined ? `kind: expected one of ${ACTOR_KINDS.join(', ')}.` : { kind, ...parts };
}

/**
 * Requests: 1 batch read, and 1 for each 100 days, of the newest 5,000 restores of the period that it looks at, and of how many there are; with
 * a filter as many at most, and where no index carries what it asks for, 1 batch read more for each 100 of the newest 1,000; and 1 query for the
 * names of up to 200 projects, or 1 batch read more.
 */
export async function trendsAnswer(
  { ledger: unnamed, now, objectives = NO_OBJECTIVES }: PicturePorts,
  given: URLSearchParams,
): Promise<Answer> {
  const [at, ledger] = [now(), namedOnce(unnamed)];
  const read = readTrends(given, at);
  if (typeof read === 'string') return { page: wrongTrends(read, at), status: 400 };
  const named = await withNames(ledger, read.query, read.names).catch((error: unknown) =>
    refusedName(error, '/trends', given),
  );
  if (named instanceof RefusedName) return { page: wrongTrends(named.text, at), status: named.status };
  const asked = { ...read, query: named };
  const { period, by } = asked;
  const reading = isFiltered(asked) ? readTrendJobs(ledger, asked) : readTrendDays(ledger, period);
  const [{ found, counts, countedFrom }, { names }] = await Promise.all([
    reading,
    readNames(ledger, async () => projectsOf((await reading).found.jobs)),
  ]);
  const over = overTime(period, counts, by, unitOf(period));
  const page = {
    asked,
    over,
    countedFrom,
    read: found,
    rules: sumOf(counts.values()).rule,
    names,
    objectives,
    ...notKnownOf(named),
  };
  return { page: trendsPage(page, at), status: 200 };
}

const isFiltered = ({ query }: Trends) => Object.values(query).some((value) => value !== undefined);

interface TrendJobs extends CountedDays {
  found: ReadJobs;
}

async function readTrendJobs(ledger: PicturePorts['ledger'], { query, period }: Trends): Promise<TrendJobs> {
  const whole = unindexedFit(query) !== undefined;
  const found = await lookAt(ledger, { ...query, ...period }, { most: whole ? REQUESTED_JOBS : TREND_JOBS, whole });
  return { found, counts: dayCountsOf(found.jobs), countedFrom: found.more ? found.readFrom : undefined };
}

/** Every restore is counted, and the newest are looked at. */
async function readTrendDays(ledger: PicturePorts['ledger'], { since, until }: Span): Promise<TrendJobs> {
  const period = { from: since, to: until };
  const looked = await ledger.lookAtDays({ since, until }, daysOf(period), TREND_JOBS);
  const dayCounts = async () => looked.counts;
  const counted = await countDays({ indexedJobs: ledger.indexedJobs, dayCounts }, period);
  return { ...counted, found: readOf(looked) };
}
