// functions/api/web/answers/clusters.ts: GET /clusters: all clusters, those of a project, or one.
import { isObjectId } from '../../../restore/object-id.ts';
import { tagWanted } from '../../../views/coverage.ts';
import { badParameter, RequestProblem } from '../../http/problem.ts';
import { TAG } from '../../query/job-filters.ts';
import { noneTagged } from '../../query/tagged-clusters.ts';
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
  const refused = (why: string) => refusedPlace(badParameter('tag', why), now());
  const sent = given.getAll('tag');
  const tags = sent.length === 0 ? undefined : TAG.read(sent.join('\n'));
  if (sent.length > 0 && !tags) return refused(`expected ${TAG.expected}`);
  const named = new URLSearchParams(given);
  named.delete('tag');
  const place = await readPlace(ledger, named);
  if (place instanceof RequestProblem) return refusedPlace(place, now());
  const { projectId, clusterName } = place;
  if (tags && clusterName !== undefined) return refused('the page of one cluster has no filter');
  if (projectId !== undefined) return ofProject(ports, { projectId, clusterName, tags });
  const worst = new WorstClusters(MAX_PICTURED);
  const [{ projects, complete }, runs] = await Promise.all([
    readCoverage(ledger.projects(), { now: now(), lateAfterMs, objectives }, worst),
    lastRuns(ledger),
  ]);
  const all = projects.flatMap((project) => project.clusters);
  const none = complete && noneTagged(tags, all);
  if (none) return refusedPlace(none, now());
  const clusters = all.filter(tagWanted(tags));
  // Those are of all clusters.
  const shown = tags ? { tags } : { pictures: await allPictures(ports, worst) };
  const page = { clusters, complete, lateAfterMs, runs, ...shown };
  return { page: await clustersPage(page, now()), status: 200 };
}

async function ofProject(
  ports: ReadPorts,
  asked: { projectId: string; clusterName: string | undefined; tags: string[] | undefined },
): Promise<PageAnswer> {
  const { ledger, now, lateAfterMs, objectives } = ports;
  const { projectId, clusterName, tags } = asked;
  const record = isObjectId(projectId) ? await ledger.projectRecord(projectId) : undefined;
  if (!record) {
    const page = messagePage('No such project', 'No run has seen a project with this id.', now());
    return { page, status: 404 };
  }
  if (clusterName !== undefined) return clusterAnswer(ports, record, clusterName);
  const health = projectHealth(record, { now: now(), lateAfterMs, objectives }, record.archived);
  const none = noneTagged(tags, health);
  if (none) return refusedPlace(none, now());
  const clusters = health.filter(tagWanted(tags));
  const page = {
    clusters,
    complete: true,
    lateAfterMs,
    project: record,
    ...(tags ? { tags } : { pictures: await projectPictures(ports, record) }),
  };
  return { page: await clustersPage(page, now()), status: 200 };
}
