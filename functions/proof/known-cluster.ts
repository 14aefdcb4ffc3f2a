// functions/proof/known-cluster.ts: whether a project has a cluster of a name, as far as the ledger can tell: a mistyped name would be
// announced, and fit no restore.
import type { ClusterCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { nearest } from '../platform/lists/nearest.ts';
import { lostArchivesOf } from './expected.ts';
import { isFresh } from './list.ts';
import { believed, when } from './period.ts';
import { CLUSTER_LISTS } from './project.ts';

export type ClusterKnowledge =
  | { state: 'known' }
  /** It was never seen, by complete and recent lists of clusters. `text` is for people, and names similar ones. */
  | { state: 'never seen'; text: string }
  /** Lists of clusters are missing, or old. */
  | { state: 'not known'; text: string };

type Project = Pick<ProjectFacts, 'coverage' | 'known' | 'projectName'> & { archived: readonly ClusterCoverage[] };

/** @param project its record, with the clusters that are gone for long @param now ISO 8601 */
export function clusterKnowledge(project: Project | undefined, clusterName: string, now: string): ClusterKnowledge {
  const { coverage, known, archived = [], projectName } = project ?? {};
  const clusters = [...Object.values(coverage?.clusters ?? {}), ...archived];
  const names = clusters.map((cluster) => cluster.clusterName);
  if (names.includes(clusterName)) return { state: 'known' };
  const similar = nearest(clusterName, names).map((name) => JSON.stringify(name));
  const meant = similar.length > 0 ? `; similar: ${similar.join(', ')}` : '';
  const unseen = `no cluster ${JSON.stringify(clusterName)} of the project`;
  const reads = CLUSTER_LISTS.map((list) => believed(coverage?.discovery[list]?.readAt, now) ?? '').sort();
  const [oldest = ''] = reads;
  const isWhole = coverage?.restartedAt === undefined && lostArchivesOf(coverage, clusters).length === 0;
  if (oldest === '' || !isFresh(oldest, now) || known?.notVisibleSince !== undefined || !isWhole) {
    const read = oldest === '' ? 'were never all read' : `were last read at ${when(oldest)}`;
    return {
      state: 'not known',
      text: `the ledger has ${unseen}, whose lists of clusters ${read}: whether there is one is not known${meant}`,
    };
  }
  return {
    state: 'never seen',
    text: `the ledger has never seen a cluster ${JSON.stringify(clusterName)} of ${projectName}, whose clusters it last read at ${when(oldest)}${meant}`,
  };
}
