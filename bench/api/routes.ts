// bench/api/routes.ts: requests to the API, and the ids that a right answer holds.
import { MAX_JOBS } from '../../functions/api/query/summary.ts';
import { runIdOf } from '../dynamo/made-items.ts';
import {
  clusterNameOf,
  clusterOf,
  jobIdOf,
  type Load,
  PERIOD_DAYS,
  projectIdOf,
  projectOfCluster,
} from '../dynamo/made-jobs.ts';

/** Made-up ids show it by their digits. */
export type IdKind = 'job' | 'project' | 'run';

export interface Route {
  name: string;
  /** Path and query. */
  target: string;
  /** @default application/json */
  accept?: string;
  ids: { kind: IdKind; all: readonly string[] };
  /** What else the body has to hold. */
  holds?: string;
}

const PATTERNS: Record<IdKind, RegExp> = {
  job: /\b6(?!5000000)[0-9a-f]{7}be9c4a0001[0-9a-f]{6}\b/g,
  project: /\b65000000be9c4a0001[0-9a-f]{6}\b/g,
  run: /\b6[0-9a-f]{7}be9c4a0002[0-9a-f]{6}\b/g,
};

/** The different ids of a kind in a text, in the order they come. */
export const idsIn = (text: string, kind: IdKind): string[] => [...new Set(text.match(PATTERNS[kind]) ?? [])];

const CLUSTER = 7;
const DAY_MS = 86_400_000;
const SUMMARY_DAYS = 30;
const ATLAS = 'application/vnd.atlas.2023-01-01+json';

export function routes(load: Load): Route[] {
  const jobs = (wanted: (nth: number) => boolean, max: number) => {
    const ids: string[] = [];
    for (let nth = 0; nth < load.jobs && ids.length < max; nth++) if (wanted(nth)) ids.push(jobIdOf(nth, load));
    return { kind: 'job', all: ids } as const;
  };
  const newest = (max: number) => jobs(() => true, max);
  const projects = Math.ceil(load.clusters / 25);
  const project = projectIdOf(0);
  const ofCluster = (nth: number) => clusterOf(nth, load) === CLUSTER;
  const ofProject = (nth: number) => projectOfCluster(clusterOf(nth, load)) === 0;
  const [job] = jobs(ofCluster, 1).all;
  const none = { kind: 'job', all: [] } as const;
  const one = { kind: 'job', all: [job ?? ''] } as const;
  const runs = Array.from({ length: load.runs }, (_, nth) => runIdOf(nth, load));
  const allProjects = { kind: 'project', all: Array.from({ length: projects }, (_, nth) => projectIdOf(nth)) } as const;
  const cluster = `projectId=${project}&clusterName=${clusterNameOf(CLUSTER)}`;
  const listPath = `/api/atlas/v2/groups/${project}/clusters/${clusterNameOf(CLUSTER)}/backup/restoreJobs`;
  return [
    { name: 'jobs', target: '/restore-jobs', ids: newest(50) },
    { name: 'jobs-200', target: '/restore-jobs?limit=200', ids: newest(200) },
    {
      name: 'jobs-200-csv',
      target: '/restore-jobs?limit=200&format=csv',
      ids: newest(200),
      accept: 'text/csv',
    },
    { name: 'jobs-of-cluster', target: `/restore-jobs?${cluster}`, ids: jobs(ofCluster, 50) },
    { name: 'jobs-of-project', target: `/restore-jobs?projectId=${project}`, ids: jobs(ofProject, 50) },
    { name: 'jobs-failed', target: '/restore-jobs?status=FAILED', ids: jobs((nth) => (nth * 37) % 100 < 4, 50) },
    { name: 'job', target: `/restore-jobs/${job}`, ids: one },
    { name: 'job-in-project', target: `/restore-jobs/${job}?projectId=${project}`, ids: one },
    { name: 'runs', target: '/runs', ids: { kind: 'run', all: runs.slice(0, 50) } },
    { name: 'run', target: `/runs/${runs[0]}`, ids: { kind: 'run', all: runs.slice(0, 1) } },
    { name: 'coverage', target: '/coverage', ids: allProjects },
    { name: 'coverage-of-project', target: `/coverage?projectId=${project}`, ids: { kind: 'project', all: [project] } },
    { name: 'summary', target: `/summary?period=${SUMMARY_DAYS}d`, ids: none, holds: `"jobs":${inSummary(load)},` },
    {
      name: 'atlas-list',
      target: `${listPath}?itemsPerPage=50&includeCount=false`,
      ids: jobs(ofCluster, 50),
      accept: ATLAS,
    },
    { name: 'atlas-job', target: `${listPath}/${job}`, ids: one, accept: ATLAS },
    { name: 'page', target: '/', ids: newest(50), accept: 'text/html' },
    { name: 'page-job', target: `/jobs/${job}`, ids: one, accept: 'text/html' },
    { name: 'page-clusters', target: '/clusters', ids: allProjects, accept: 'text/html' },
  ];
}

/** Jobs of whole days, today included, UTC, as many as one summary counts. */
function inSummary(load: Load): number {
  const from = Math.floor(load.untilMs / DAY_MS) * DAY_MS - (SUMMARY_DAYS - 1) * DAY_MS;
  const max = Math.ceil(((SUMMARY_DAYS + 1) * load.jobs) / PERIOD_DAYS) + 1;
  const ids = Array.from({ length: Math.min(max, load.jobs) }, (_, nth) => jobIdOf(nth, load));
  return Math.min(ids.filter((id) => Number.parseInt(id.slice(0, 8), 16) * 1_000 >= from).length, MAX_JOBS);
}
