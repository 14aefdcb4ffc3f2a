// functions/collector/evaluate/missed-restores.ts: announced restores that did not come, found once that is certain.
import type { ClusterCoverage, ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { RecordedProject } from '../../proof/ledger.ts';
import { type ExpectedRestore, isOver } from '../../restore/expected/expected-restore.ts';
import { iso } from './attribution.ts';

/** How long after it was proven that one did not come that may still be written, in ms: the collector may have died before. */
const LATE_MS = 7 * 86_400_000;

export type MissedPorts = Pick<Ledger, 'knownProject' | 'archivedClusters' | 'saveExpectedRestore'>;

/**
 * Requests: where the time of one is over, 1 read and 1 query a MB of archived clusters, and 1 write each that did not come.
 * @param coverage as it is written
 * @throws LedgerError
 */
export async function noteMissed(
  all: readonly ExpectedRestore[],
  coverage: ProjectCoverage,
  now: number,
  ledger: MissedPorts,
): Promise<void> {
  const over = all.filter((each) => each.missedAt === undefined && isOver(each, iso(now)));
  if (over.length === 0) return;
  // Seldom needed, so no start has to read it.
  const { expectedState } = await import('../../proof/expected-state.ts');
  const project = await recordOf(coverage, ledger);
  for (const expected of over) {
    if (expectedState(expected, project, iso(now)) !== 'missed') continue;
    // Where another writer was first, it is looked at again by the next collection.
    await ledger.saveExpectedRestore(expected, { missedAt: iso(now) });
  }
}

async function recordOf(coverage: ProjectCoverage, ledger: MissedPorts): Promise<RecordedProject> {
  const { projectId, projectName } = coverage;
  const clusters: ClusterCoverage[] = Object.values(coverage.clusters);
  for await (const cluster of ledger.archivedClusters(projectId)) clusters.push(cluster);
  const known = await ledger.knownProject(projectId);
  return { projectId, projectName, coverage, clusters, ...(known && { known }) };
}

/** Announcements that ended before are done with: whether their restores came was known by then. */
export function expectedSince({ discovery, clusters }: Pick<ProjectCoverage, 'discovery' | 'clusters'>): string {
  const lists = Object.values(clusters)
    .filter(({ goneAt }) => goneAt === undefined)
    .flatMap((cluster) => Object.values(cluster.lists))
    .filter(({ answer }) => answer === undefined);
  const read = [
    ...Object.values(discovery).map(({ readAt = iso(0) }) => readAt),
    ...lists.map(({ fullReadAt = iso(0) }) => fullReadAt),
  ].sort();
  return iso(Math.max(0, Date.parse(read[0] ?? iso(0)) - LATE_MS));
}
