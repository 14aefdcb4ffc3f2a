// functions/api/query/search.ts: what one text is the id or the name of: a restore, a snapshot, a project, a cluster, whoever requested restores, a ticket.
import type * as z from 'zod/mini';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import type { SeenJob } from '../../ledger/repositories/queries.ts';
import { defined } from '../../platform/defined.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { isFound } from '../../restore/requesters/requester.ts';
import type { searchHit, searchResult } from '../../schema/search.ts';
import { clusterHref, clustersHref, jobHref, restoresHref } from '../../views/paths.ts';
import { described, text, trimmed } from '../http/parameters.ts';
import { MAX_JOBS } from './summary.ts';
import { MAX_WHOLE_JOBS } from './totals.ts';

export type SearchHit = z.infer<typeof searchHit>;
export interface SearchResult extends z.infer<typeof searchResult> {}

export const SEARCH_PARAMETERS = {
  q: described(trimmed(text('what to search for')), 'An id, a name, or a part of one.'),
};

export type SearchReader = Pick<LedgerReader, 'job' | 'projectRecord' | 'projects' | 'lookAtJobs' | 'jobsAt'>;

/** Restores to look at: by what indexes carry, and whole. */
interface Most {
  indexed: number;
  whole: number;
}

const MAX_HITS = 50;
/** Projects whose names and clusters are searched, in 1 query and 1 batch read for each 25. */
const MAX_PROJECTS = 500;

/**
 * Requests: of an id, 1 query and 1 read; where that is no restore's 1 batch read, 1 query, and 1 for each 1,000 of the newest
 * 10,000 restores; and where it is of none of these 20 batch reads for those who requested the newest 2,000. Of other texts, 1 query and 1 batch read for each 25 projects, up to 500, and for the newest 2,000 restores 2 queries
 * and 20 batch reads.
 */
export async function search(
  ledger: SearchReader,
  q: string,
  most: Most = { indexed: MAX_JOBS, whole: MAX_WHOLE_JOBS },
): Promise<SearchResult> {
  const wanted = q.trim().toLowerCase();
  if (isObjectId(wanted)) return { q, ...(await byId(ledger, wanted, most)) };
  const [places, jobs] = await Promise.all([
    placesNamed(ledger, wanted),
    ledger.lookAtJobs({}, { most: most.whole, whole: true }),
  ]);
  const hits = [...places.hits, ...formerClusters(jobs.items, wanted, places.hits), ...named(jobs.items, wanted)];
  const best = hits.toSorted((a, b) => Number(isWhole(b, wanted)) - Number(isWhole(a, wanted)));
  const complete = places.complete && jobs.reachedAt === undefined && hits.length <= MAX_HITS;
  return { q, hits: best.slice(0, MAX_HITS), complete, ...defined({ searchedFrom: jobs.reachedAt }) };
}

/** The hit to go to at once: the only one, where no other can be, or it is what was searched for by its whole name. */
export function onlyHit({ q, hits, complete }: SearchResult): SearchHit | undefined {
  const [hit, ...others] = hits;
  if (!hit || others.length > 0) return undefined;
  return complete || isWhole(hit, q.trim().toLowerCase()) ? hit : undefined;
}

/** Whether it is called just that: of a cluster with its project, too. */
const isWhole = ({ value, name }: SearchHit, wanted: string) =>
  [value, name].some((one) => one?.toLowerCase() === wanted);

async function byId(ledger: SearchReader, id: string, most: Most): Promise<Omit<SearchResult, 'q'>> {
  if (await ledger.job(id)) return { hits: [{ kind: 'job', value: id, page: jobHref(id) }], complete: true };
  const [project, { items, reachedAt }] = await Promise.all([
    ledger.projectRecord(id),
    ledger.lookAtJobs({}, { most: most.indexed, whole: false }),
  ]);
  const ofSnapshot = items.filter(({ snapshotId }) => snapshotId === id);
  const hits: SearchHit[] = [
    ...(project ? [projectHit(id, project.projectName)] : []),
    ...(ofSnapshot.length > 0 ? [listed('snapshot', id, { snapshotId: id }, ofSnapshot.length)] : []),
  ];
  if (hits.length > 0) return { hits, complete: reachedAt === undefined, ...defined({ searchedFrom: reachedAt }) };
  // People have such ids as well.
  const newest = items.slice(0, most.whole);
  const searchedFrom = newest.length < items.length ? newest.at(-1)?.requestedAt : reachedAt;
  const requested = named(await ledger.jobsAt(newest), id);
  return { hits: requested, complete: searchedFrom === undefined, ...defined({ searchedFrom }) };
}

const projectHit = (projectId: string, name: string): SearchHit => ({
  ...{ kind: 'project', value: name, name: projectId, filter: { projectId } },
  page: clustersHref(projectId),
});

const listed = (kind: SearchHit['kind'], value: string, filter: Record<string, string>, jobs: number): SearchHit => ({
  kind,
  value,
  jobs,
  filter,
  page: restoresHref(filter),
});

async function placesNamed(ledger: SearchReader, wanted: string): Promise<Pick<SearchResult, 'hits' | 'complete'>> {
  const hits: SearchHit[] = [];
  let projects = 0;
  for await (const { projectId, projectName, coverage } of ledger.projects()) {
    if (projects++ === MAX_PROJECTS) return { hits, complete: false };
    if (projectName.toLowerCase().includes(wanted)) hits.push(projectHit(projectId, projectName));
    for (const { clusterName } of Object.values(coverage?.clusters ?? {}))
      if (isCluster({ projectName, clusterName }, wanted))
        hits.push(clusterHit({ projectId, projectName, clusterName }));
  }
  return { hits, complete: true };
}

type Place = Pick<SeenJob, 'projectId' | 'clusterName'> & { projectName: string };

/** By its name, or as pages and lists write it, after its project. */
const isCluster = ({ projectName, clusterName }: Omit<Place, 'projectId'>, wanted: string) =>
  (wanted.includes('/') ? `${projectName}/${clusterName}` : clusterName).toLowerCase().includes(wanted);

function clusterHit({ projectId, projectName, clusterName }: Place): SearchHit {
  const page = clusterHref(projectId, clusterName) ?? clustersHref(projectId);
  const name = `${projectName}/${clusterName}`;
  return { kind: 'cluster', value: clusterName, name, filter: { projectId, clusterName }, page };
}

/** Those that are in no coverage any more, by their restores. */
function formerClusters(jobs: readonly SeenJob[], wanted: string, known: readonly SearchHit[]): SearchHit[] {
  const keyOf = ({ filter }: SearchHit) => JSON.stringify(filter);
  const keys = new Set(known.map(keyOf));
  const hits: SearchHit[] = [];
  for (const { projectId, projectName = projectId, clusterName } of jobs) {
    if (!isCluster({ projectName, clusterName }, wanted)) continue;
    const hit = clusterHit({ projectId, projectName, clusterName });
    if (!keys.has(keyOf(hit))) hits.push(hit);
    keys.add(keyOf(hit));
  }
  return hits;
}

const named = (jobs: readonly SeenJob[], wanted: string) => [...people(jobs, wanted), ...tickets(jobs, wanted)];

/** By name, or by id where that is what was searched for. What a filter would take for a pattern asks for more than this one. */
function people(jobs: readonly SeenJob[], wanted: string): SearchHit[] {
  const known = jobs.flatMap(({ requester }) => {
    if (!isFound(requester)) return [];
    const { name, id } = requester.actor;
    return [name, id].find((one) => one?.toLowerCase().includes(wanted)) ?? [];
  });
  return counted(known).map(([value, count]) => listed('requester', value, { requester: value }, count));
}

function tickets(jobs: readonly SeenJob[], wanted: string): SearchHit[] {
  const known = jobs.flatMap(({ annotation }) =>
    annotation?.ticket?.toLowerCase().includes(wanted) ? annotation.ticket : [],
  );
  return counted(known).map(([value, count]) => listed('ticket', value, { ticket: value }, count));
}

function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
