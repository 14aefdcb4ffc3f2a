// functions/api/web/answers/clusters.ts: GET /clusters: all clusters, those of a project, or one.
import { isObjectId } from '../../../restore/object-id.ts';
import { tagWanted } from '../../../views/coverage.ts';
import { RequestProblem } from '../../http/problem.ts';
import { TAG } from '../../query/job-filters.ts';
import { messagePage } from '../html/layout.ts';
import { clustersPage } from '../pages/clusters-page.ts';
import { projectHealth, readCoverage } from '../parts/coverage-health.ts';
import { lastRuns } from '../parts/last-runs.ts';
import { readPlace, refusedPlace } from '../parts/place.ts';
import { allPictures, clusterAnswer, projectPictures } from '../pictures/pages.ts';
import { WorstClusters } from '../pictures/worst-clusters.ts';
import type { PageAnswer, ReadPorts } from './ports.ts';

/** Clusters that have a row in the pictures of all. */
const MAX_PICTURED = 40;

/**
 * Requests: 2 queries, 1 batch read for each 25 projects, those of the last runs, and at most 3 queries for the months of the drills; of one
 * project, those of its name, 1 batch read, 2 queries, and at most 3 queries and batch reads for its restores.
 */
export async function clustersAnswer(ports: ReadPorts, given: URLSearchParams): Promise<PageAnswer> {
  const { ledger, now, lateAfterMs, objectives } = ports;
  const tag = given.get('tag') ?? undefined;
  if (tag !== undefined && TAG.read(tag) === undefined) {
    const page = messagePage('This address can’t be used', `tag: expected ${TAG.expected}.`, now());
    return { page, status: 400 };
  }
  const named = new URLSearchParams(given);
  named.delete('tag');
  const place = await readPlace(ledger, named);
  if (place instanceof RequestProblem) return refusedPlace(place, now());
  const { projectId, clusterName } = place;
  if (projectId !== undefined) return ofProject(ports, { projectId, clusterName, tag });
  const worst = new WorstClusters(MAX_PICTURED);
  const [{ projects, complete }, runs] = await Promise.all([
    readCoverage(ledger.projects(), { now: now(), lateAfterMs, objectives }, worst),
    lastRuns(ledger),
  ]);
  const clusters = projects
    .flatMap((project) => project.clusters)
    .filter(tagWanted(tag === undefined ? undefined : [tag]));
  // Those are of all clusters.
  const shown = tag === undefined ? { pictures: await allPictures(ports, worst) } : { tag };
  const page = { clusters, complete, lateAfterMs, runs, ...shown };
  return { page: await clustersPage(page, now()), status: 200 };
}

async function ofProject(
  ports: ReadPorts,
  asked: { projectId: string; clusterName: string | undefined; tag: string | undefined },
): Promise<PageAnswer> {
  const { ledger, now, lateAfterMs, objectives } = ports;
  const { projectId, clusterName, tag } = asked;
  const record = isObjectId(projectId) ? await ledger.projectRecord(projectId) : undefined;
  if (!record) {
    const page = messagePage('No such project', 'No run has seen a project with this id.', now());
    return { page, status: 404 };
  }
  if (clusterName !== undefined) return clusterAnswer(ports, record, clusterName);
  const health = projectHealth(record, { now: now(), lateAfterMs, objectives }, record.archived);
  const clusters = health.filter(tagWanted(tag === undefined ? undefined : [tag]));
  const page = {
    clusters,
    complete: true,
    lateAfterMs,
    project: record,
    ...(tag === undefined ? { pictures: await projectPictures(ports, record) } : { tag }),
  };
  return { page: await clustersPage(page, now()), status: 200 };
}
