// test/ledger/coverages.ts: synthetic coverages.
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { RUN } from './jobs.ts';

/** When all of it was read. */
export const AT = '2026-11-20T11:00:00.000Z';

let serial = 0;
export const anotherProjectId = () => (serial++).toString(16).padStart(24, '0');

export function cluster(clusterName: string, recent: Record<string, string> = {}): ClusterCoverage {
  const read = { attemptedAt: AT, readAt: AT, fullReadAt: AT, settledThrough: AT, recent, jobs: 1, open: 0, moving: 0 };
  return {
    ...{ clusterName, clusterId: 'c1', tier: 'dedicated', firstSeenAt: AT, seenAt: AT },
    lists: { dedicated: read as ListCoverage },
  };
}

export const coverage = (projectId: string, clusters: ClusterCoverage[]): ProjectCoverage => ({
  ...{ projectId, projectName: 'payments', revision: 0, runId: RUN },
  discovery: { dedicated: { attemptedAt: AT, readAt: AT } },
  clusters: Object.fromEntries(clusters.map((each) => [each.clusterName, each])),
});
