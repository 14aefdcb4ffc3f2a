// bench/big/requests.ts: requests to each route of the API, and what each answer is made of.
import { MAX_PROJECTS } from '../../functions/api/query/coverage-state.ts';
import { LISTED_PROJECTS } from '../../functions/api/web/parts/project-names.ts';
import { PAGE_ITEMS } from '../../functions/ledger/repositories/queries.ts';
import { destinationOf } from '../../functions/restore/destination.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { runIdOf } from '../dynamo/made-items.ts';
import { CLUSTERS_A_PROJECT, clusterNameOf, type Load, PERIOD_DAYS, projectIdOf } from '../dynamo/made-jobs.ts';
import { filteredRequests, namedRequests, pictureRequests, searchRequests, totalsRequests } from './filter-requests.ts';
import { FLEX_PLACE, jobOf, projectsOf, SERVERLESS_PLACE } from './made-ledger.ts';
import type { BigRequest } from './request.ts';

/** An item of an answer may take two: one of an index, and its own. */
const PER_ITEM = 2;
/** What any answer may take beside. */
const BESIDE = 25;

/** The law of growth: what an answer may read at most, however large the ledger is. */
export const mayRead = ({ share = 1 }: Pick<BigRequest, 'share'>, about: number): number =>
  BESIDE + (share === 0 ? PAGE_ITEMS + about : (PER_ITEM * about) / share);

const DAY_MS = 86_400_000;
const HTML = 'text/html';
const ATLAS = 'application/vnd.atlas.2025-03-12+json';
const SUMMARY_DAYS = 30;
const RUNS_LOOKED_AT = 10;
const PAGE = 50;
/** Of the made-up jobs. */
const [FAILED, DOWNLOADED, TO_A_POINT, SERVERLESS] = [0.04, 0.06, 0.08, 1 / CLUSTERS_A_PROJECT];
/** What most jobs have: a filter is given four times as many as are wanted. */
const MOST = 0.4;

/** Restores that the pictures of all clusters, of a project and of a cluster are made of. */
const [DRILL_JOBS, PROJECT_JOBS, CLUSTER_JOBS] = [4_000, 400, 200];

export const MADE_REPORT = 'made';
/** In evidence, beside its restores: some restores before the period, to find a completed one; what is known of a project and of a run. */
const [PER_CLUSTER, PER_PROJECT, PER_RUN] = [10, 12, 3];

/** The index over all projects is read for a report of a larger part of all restores, as that takes less. */
const FEW = 1 / 20;

/**
 * All restores in the index over them, or those of the project in the table, and those of the period; with `verify`, all of the report
 * once more.
 */
function evidenceRequests(load: Load, project: string, cluster: string): BigRequest[] {
  const beside = PER_CLUSTER * load.clusters + PER_PROJECT * projectsOf(load) + PER_RUN * load.runs;
  const ofProject = 1 / projectsOf(load) <= FEW ? Math.ceil(load.jobs / projectsOf(load)) : load.jobs;
  const report = (query: string, jobs: number): BigRequest => ({
    ...{ route: 'GET /evidence', target: `/evidence?${query}`, about: jobs + beside },
  });
  return [
    report('', 2 * load.jobs),
    report('since=2026-01-01&until=2026-11-01&timeZone=Asia/Kolkata&format=html', 2 * load.jobs),
    report(`projectId=${project}&format=csv&verify=true`, 4 * ofProject),
    report(`${cluster}&framework=soc2,dora`, 2 * ofProject),
    report(`project=team-0&cluster=${clusterNameOf(0)}`, 2 * ofProject),
    { route: 'GET /evidence/:id', target: `/evidence/${MADE_REPORT}`, about: 0 },
    { route: 'GET /evidence/:id/report', target: `/evidence/${MADE_REPORT}/report`, about: 0 },
  ];
}

/** @param files paths of the page's files */
export function requestsOf(load: Load, files: readonly string[]): BigRequest[] {
  const projects = projectsOf(load);
  const project = projectIdOf(0);
  const cluster = `projectId=${project}&clusterName=${clusterNameOf(0)}`;
  const [newest] = firstJob(load, () => true);
  const [elsewhere] = firstJob(load, (job) => destinationOf(job).place === 'elsewhere');
  const until = new Date(load.untilMs - (PERIOD_DAYS / 2) * DAY_MS).toISOString();
  const jobs = (query: string, share = 1): BigRequest => ({
    route: 'GET /restore-jobs',
    target: `/restore-jobs${query}`,
    share,
  });
  /** The form lists the projects, unless they are too many; their names are in the index. */
  const page = (query: string, share = 1): BigRequest => {
    const about = PAGE + Math.min(projects, LISTED_PROJECTS + 1) / PER_ITEM;
    return { route: 'GET /', target: `/${query}`, accept: HTML, about, share };
  };
  const { clusters } = load;
  const read = Math.min(projects, MAX_PROJECTS);
  return [
    { route: 'GET /health', target: '/health', about: 0 },
    { route: 'GET /openapi.json', target: '/openapi.json', about: 0 },
    ...files.map((path) => ({ route: `GET ${path}`, target: path, about: 0 })),

    jobs(''),
    jobs('?limit=200'),
    jobs('?limit=200&format=csv&bom=true'),
    jobs('?limit=200&format=ndjson'),
    jobs('?order=asc'),
    jobs(`?until=${until}`),
    jobs(`?since=${until}&order=asc`),
    jobs(`?projectId=${project}`),
    jobs(`?${cluster}`),
    jobs(`?${cluster}&status=FAILED`, FAILED),
    jobs('?status=FAILED'),
    jobs('?status=FAILED,CANCELLED', 1 / 2), // each is read as if it filled the page
    jobs('?open=true'),
    jobs('?open=false', MOST),
    jobs('?kind=dedicated', MOST),
    jobs('?kind=serverless', SERVERLESS),
    jobs('?delivery=download', DOWNLOADED),
    jobs('?delivery=pointInTime', TO_A_POINT),
    jobs('?finding=failed', FAILED),
    jobs(`?targetProjectId=${projectIdOf(1 % projects)}`, 0),
    jobs(`?snapshotId=${'0'.repeat(24)}`, 0),
    jobs('?accountId=111111111111', 0),
    ...filteredRequests(load),
    { route: 'GET /restore-jobs/:id', target: `/restore-jobs/${newest?.jobId}` },
    { route: 'GET /restore-jobs/:id', target: `/restore-jobs/${newest?.jobId}?projectId=${newest?.projectId}` },
    {
      route: 'GET /restore-jobs/:id',
      target: `/restore-jobs/${newest?.jobId}?project=${newest?.projectName}`,
      about: projects,
    },

    { route: 'GET /runs', target: '/runs' },
    { route: 'GET /runs', target: '/runs?limit=5&format=csv&bom=true', about: 5 },
    { route: 'GET /runs/:id', target: `/runs/${runIdOf(0, load)}` },
    { route: 'POST /runs', target: '/runs', note: 'started' },

    { route: 'GET /expected-restores', target: '/expected-restores', about: 0 },
    {
      route: 'GET /expected-restores',
      target: `/expected-restores?projectId=${project}&state=missed&limit=5&format=csv&bom=true`,
      about: 0,
    },
    { route: 'GET /expected-restores/:id', target: `/expected-restores/${'0'.repeat(24)}`, about: 0, status: 404 },
    { route: 'GET /coverage', target: '/coverage' },
    { route: 'GET /coverage', target: '/coverage?limit=200' },
    { route: 'GET /coverage', target: '/coverage?limit=2&format=csv&bom=true', about: 2 * CLUSTERS_A_PROJECT },
    { route: 'GET /coverage', target: `/coverage?projectId=${project}` },
    { route: 'GET /coverage', target: '/coverage?drill=overdue', about: Math.min(100, projects) * CLUSTERS_A_PROJECT },
    { route: 'GET /coverage', target: '/coverage?state=failing', about: Math.min(100, projects) * CLUSTERS_A_PROJECT },
    { route: 'GET /summary', target: '/summary', about: SUMMARY_DAYS },
    { route: 'GET /summary', target: '/summary?period=1d', about: 1 },
    { route: 'GET /summary', target: '/summary?period=365d', about: 365 },
    ...totalsRequests(load),
    ...searchRequests(load),
    ...namedRequests(load),
    ...pictureRequests(load),
    {
      route: 'GET /projects/:project/clusters/:clusterName/recovery',
      target: `/projects/${project}/clusters/${clusterNameOf(0)}/recovery?limit=${CLUSTER_JOBS}`,
      about: Math.min(Math.ceil(load.jobs / clusters), CLUSTER_JOBS),
    },

    ...evidenceRequests(load, project, cluster),

    ...atlasRequests(load, 'dedicated', '/clusters/:clusterName/backup/restoreJobs', 0),
    ...atlasRequests(load, 'collection', '/clusters/:clusterName/collectionRestoreJobs', 0),
    ...atlasRequests(load, 'flex', '/flexClusters/:clusterName/backup/restoreJobs', FLEX_PLACE),
    ...atlasRequests(load, 'serverless', '/serverless/:clusterName/backup/restoreJobs', SERVERLESS_PLACE),

    {
      route: 'GET /',
      target: '/',
      accept: HTML,
      about: PAGE + SUMMARY_DAYS + Math.min(projects, LISTED_PROJECTS + 1) / PER_ITEM,
    },
    page('?status=FAILED'),
    page('?finding=failed', FAILED),
    page(`?projectId=${project}`),
    page(`?until=${until.slice(0, 10)}`),
    { route: 'GET /jobs/:id', target: `/jobs/${newest?.jobId}`, accept: HTML, about: 1 },
    { route: 'GET /jobs/:id', target: `/jobs/${elsewhere?.jobId}`, accept: HTML, about: 1, note: 'to another project' },
    {
      ...{ route: 'GET /clusters', target: '/clusters', accept: HTML },
      about: RUNS_LOOKED_AT + Math.min(clusters, read * CLUSTERS_A_PROJECT) + Math.min(load.jobs, DRILL_JOBS),
    },
    {
      ...{ route: 'GET /clusters', target: `/clusters?projectId=${project}`, accept: HTML },
      about: Math.min(Math.ceil(load.jobs / projects), PROJECT_JOBS),
    },
    {
      ...{ route: 'GET /clusters', target: `/clusters?${cluster}`, accept: HTML },
      about: Math.min(Math.ceil(load.jobs / clusters), CLUSTER_JOBS),
    },
  ];
}

/** A list counts all jobs of its cluster, unless it is asked not to. */
function atlasRequests(load: Load, kind: Kind, path: string, place: number): BigRequest[] {
  const route = `GET /api/atlas/v2/groups/:groupId${path}`;
  const clusterName = clusterNameOf(place);
  const list = `/api/atlas/v2/groups/${projectIdOf(0)}${path.replace(':clusterName', clusterName)}`;
  const [job] = firstJob(load, (one) => one.kind === kind && one.clusterName === clusterName);
  const ofCluster = Math.ceil(load.jobs / load.clusters);
  return [
    { route, target: list, accept: ATLAS, about: ofCluster },
    { route, target: `${list}?itemsPerPage=10&includeCount=false`, accept: ATLAS, about: ofCluster },
    { route, target: `${list}?itemsPerPage=1&pageNum=2&envelope=true&pretty=true`, accept: ATLAS, about: ofCluster },
    { route: `${route}/:jobId`, target: `${list}/${job?.jobId}`, accept: ATLAS },
    { route: `${route}/:jobId`, target: `${list}/${job?.jobId}?envelope=true&pretty=true`, accept: ATLAS },
  ];
}

function firstJob(load: Load, fits: (job: RestoreJob) => boolean): [RestoreJob] | [] {
  for (let nth = 0; nth < load.jobs; nth++) {
    const job = jobOf(nth, load);
    if (fits(job)) return [job];
  }
  return [];
}
