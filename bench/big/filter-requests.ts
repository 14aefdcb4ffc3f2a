// bench/big/filter-requests.ts: requests with filters, totals, a search, and the pages of pictures: each looks at a bounded number of restores.
import { MAX_SORTED_WHOLE } from '../../functions/api/query/sorted-jobs.ts';
import { MAX_JOBS } from '../../functions/api/query/summary.ts';
import { CLUSTERS_A_PROJECT, clusterNameOf, type Load, projectIdOf } from '../dynamo/made-jobs.ts';
import { jobOf, ORG_ID, projectsOf } from './made-ledger.ts';
import type { BigRequest } from './request.ts';

const HTML = 'text/html';
/** Restores that pictures are made of: as an index has them, and whole. */
const [TREND_JOBS, REQUESTED_JOBS] = [5_000, 1_000];
/** Of a project that a name is looked up in: its item, its coverage, and its place in the index. */
const PER_PROJECT = 3;
/** The value of a parameter that fits no restore: how many are looked at all the same is what counts. */
const NOBODY = 'nobody@example.com';

/** Filters of whole restores, or by names: a page looks at a bounded number. */
export function filteredRequests(load: Load): BigRequest[] {
  const cluster = `projectId=${projectIdOf(0)}&clusterName=${clusterNameOf(0)}`;
  const jobs = (query: string): BigRequest => ({
    ...{ route: 'GET /restore-jobs', target: `/restore-jobs?${query}`, share: 0 },
    about: PER_PROJECT * projectsOf(load) + Math.ceil(load.jobs / load.clusters),
  });
  return [
    jobs('project=team-0'),
    jobs(`project=team-0&cluster=${clusterNameOf(0)}`),
    jobs('source=team-*'),
    jobs('target=team-1/*'),
    jobs('tag=env=prod'),
    jobs('destination=elsewhere'),
    jobs('targetProject=team-1'),
    jobs(`targetCluster=${clusterNameOf(0)}`),
    jobs(`requester=${NOBODY}`),
    jobs('grade=weak'),
    jobs('purpose=drill'),
    jobs('ticket=OPS-1'),
    jobs('validation=SUCCESSFUL'),
    jobs('announced=true'),
    jobs(`expectedRestoreId=${'0'.repeat(24)}`),
    jobs(`orgId=${ORG_ID}`),
    jobs('organizationId=o-exampleorgid'),
    jobs('period=30d'),
    jobs('finishedSince=7d&finishedUntil=1d'),
    jobs(`${cluster}&sort=durationSeconds:desc`),
  ];
}

/** Totals look at the restores themselves: at the newest so many. */
export function totalsRequests(load: Load): BigRequest[] {
  const of = (query: string, most: number): BigRequest => ({
    ...{ route: 'GET /summary', target: `/summary?${query}` },
    about: Math.min(load.jobs, most) + PER_PROJECT * projectsOf(load),
  });
  const indexed = (query: string) => of(query, MAX_JOBS);
  const whole = (query: string) => of(query, MAX_SORTED_WHOLE);
  const ids = `projectId=${projectIdOf(0)}&clusterName=${clusterNameOf(0)}&targetProjectId=${projectIdOf(0)}`;
  return [
    indexed('groupBy=cluster&period=365d'),
    whole('groupBy=requester&period=365d'),
    indexed(`project=team-0&cluster=${clusterNameOf(0)}&status=FAILED&kind=dedicated&delivery=automated`),
    indexed('tag=env=prod'),
    indexed('source=team-*&target=team-*&destination=elsewhere&open=false&finding=failed'),
    indexed(`targetProject=team-0&targetCluster=${clusterNameOf(0)}&snapshotId=${'0'.repeat(24)}`),
    indexed(`${ids}&since=30d&until=1d&finishedSince=30d&finishedUntil=1d&orgId=${ORG_ID}`),
    whole(`requester=${NOBODY}&grade=weak&purpose=drill&ticket=OPS-1&validation=SUCCESSFUL&period=365d`),
    whole(`announced=true&expectedRestoreId=${'0'.repeat(24)}`),
    whole('accountId=111111111111&organizationId=o-exampleorgid'),
  ];
}

/** Of a project by its name, or of a cluster in it: beside the answer, all names are read. */
export function namedRequests(load: Load): BigRequest[] {
  const of = (target: string, about: number): BigRequest => ({
    ...{ route: `GET ${target.split('?')[0]}`, target, about: about + PER_PROJECT * projectsOf(load) },
  });
  const place = `project=team-0&cluster=${clusterNameOf(0)}`;
  const recovery = of(`/projects/team-0/clusters/${clusterNameOf(0)}/recovery`, 50);
  return [
    of('/coverage?project=team-0', CLUSTERS_A_PROJECT),
    of(`/coverage?${place}`, CLUSTERS_A_PROJECT),
    of(`/coverage?projectId=${projectIdOf(0)}&clusterName=${clusterNameOf(0)}`, CLUSTERS_A_PROJECT),
    of('/coverage?project=team-0&tag=env=prod', CLUSTERS_A_PROJECT),
    of('/expected-restores?project=team-0', 0),
    { ...recovery, route: 'GET /projects/:project/clusters/:clusterName/recovery' },
  ];
}

/** A search reads all names, and the newest restores. */
export function searchRequests(load: Load): BigRequest[] {
  const of = (q: string, about: number): BigRequest => ({ route: 'GET /search', target: `/search?q=${q}`, about });
  const names = PER_PROJECT * projectsOf(load);
  return [
    of(jobOf(0, load).jobId, 1),
    of('0'.repeat(24), Math.min(load.jobs, MAX_JOBS) + names),
    of(NOBODY, Math.min(load.jobs, MAX_SORTED_WHOLE) + names),
  ];
}

export function pictureRequests(load: Load): BigRequest[] {
  const of = (target: string, most: number): BigRequest => ({
    ...{ route: `GET ${target.split('?')[0]}`, target, accept: HTML },
    about: Math.min(load.jobs, most) + PER_PROJECT * projectsOf(load),
  });
  return [
    of('/trends', TREND_JOBS),
    of('/trends?period=365d&by=kind', TREND_JOBS),
    of('/trends?period=365d&status=FAILED', TREND_JOBS),
    of(`/trends?period=365d&requester=${NOBODY}`, REQUESTED_JOBS),
    of('/requesters', REQUESTED_JOBS),
    of('/exits', MAX_JOBS),
    of('/exits?source=team-*&period=30d', MAX_JOBS),
    of('/totals?groupBy=cluster', MAX_JOBS),
    of('/expected', 0),
  ];
}
