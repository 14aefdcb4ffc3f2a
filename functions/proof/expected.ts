// functions/proof/expected.ts: what the record says of a project's jobs, apart from the jobs: little enough to keep of every project.
import { archiveMark, type ClusterCoverage, type ProjectCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import type { Gap } from './gap.ts';

/** What a coverage says was recorded, and how that came about. */
export type Recorded = Pick<ProjectCoverage, 'recorded' | 'recordedIds' | 'repairs' | 'restartedAt' | 'letGo'>;

export interface Expected extends Omit<ProjectFacts, 'coverage'> {
  /** Of its coverage; absent where it was never read. */
  recorded?: Recorded | undefined;
  lostArchives: Gap[];
}

/** Requests: 1 query a MB of the project's archived clusters, where it should have some. @throws LedgerError */
export async function expectedOf(
  ledger: Pick<Ledger, 'archivedClusters'>,
  { coverage, ...facts }: ProjectFacts,
): Promise<Expected> {
  if (!coverage) return { ...facts, lostArchives: [] };
  const { archived = [], clusters, recorded, recordedIds, repairs, restartedAt, letGo } = coverage;
  const there = new Set(archived.length === 0 ? [] : Object.values(clusters).map(archiveMark));
  if (archived.length > 0) {
    for await (const cluster of ledger.archivedClusters(facts.projectId)) there.add(archiveMark(cluster));
  }
  const kept = defined({ recorded, recordedIds, repairs, restartedAt, letGo });
  return { ...facts, recorded: kept, lostArchives: lostArchives(archived, there) };
}

/** What was read of clusters that are gone is kept in items of their own. @param clusters all that are on record */
export const lostArchivesOf = (coverage: ProjectCoverage | undefined, clusters: readonly ClusterCoverage[]): Gap[] =>
  lostArchives(coverage?.archived ?? [], new Set(clusters.map(archiveMark)));

function lostArchives(archived: readonly string[], there: ReadonlySet<string>): Gap[] {
  const lost = archived.filter((mark) => !there.has(mark)).length;
  if (lost === 0) return [];
  const text = `Of ${archived.length} clusters of the project that are gone, and were archived, ${lost} are not in the table any more: whether restores of them are missing can’t be told.`;
  return [{ reason: 'record-differs', text }];
}
