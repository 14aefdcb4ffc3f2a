// functions/collect/discover.ts finds a project's clusters, and says which of Atlas's three cluster lists could be read.
import type { Atlas, Cluster, ClusterList } from '../atlas/atlas.ts';
import { describeProblems } from '../atlas/element-problem.ts';
import { AtlasError } from '../atlas/errors.ts';
import {
  type ClusterCoverage,
  clusterNamed,
  type DiscoveryCoverage,
  type Failure,
  type ProjectCoverage,
} from '../ledger/coverage.ts';

export interface Discovery {
  startedAt: string;
  clusters: Cluster[];
  /** Lists that answered; clusters of the others are unknown, not gone. */
  lists: Partial<Record<ClusterList, { off: boolean } | { failure: Omit<Failure, 'since'> }>>;
  /** What time, or Atlas's rate limit, did not allow: neither read nor failed. */
  forLater: AtlasError[];
}

/**
 * Reads the lists side by side; one that fails costs only itself.
 * @param full asks again for what was switched off
 */
export async function discover(
  atlas: Atlas,
  projectId: string,
  stored: ProjectCoverage | undefined,
  { full, now, isForLater }: { full: boolean; now(): number; isForLater(error: AtlasError): boolean },
): Promise<Discovery> {
  const discovery: Discovery = { startedAt: new Date(now()).toISOString(), clusters: [], lists: {}, forLater: [] };
  const lists = (['dedicated', 'flex', 'serverless'] as const).filter((list) => full || !stored?.discovery[list]?.off);
  await Promise.all(
    lists.map(async (list) => {
      try {
        const { clusters, problems } = await atlas.clusters(projectId, list);
        discovery.clusters.push(...clusters);
        discovery.lists[list] =
          problems.length > 0
            ? {
                failure: {
                  code: 'ATLAS_BAD_ANSWER',
                  message: describeProblems(`the list of ${list} clusters`, problems),
                },
              }
            : { off: list === 'serverless' && clusters.length === 0 };
      } catch (error) {
        if (!(error instanceof AtlasError)) throw error;
        if (isForLater(error)) return void discovery.forLater.push(error);
        // Past its sunset, or an Atlas that never had it (for Government has no flex API): an answer, not a failure.
        const absent =
          error.code === 'ATLAS_GONE' || (error.code === 'ATLAS_NOT_FOUND' && !PROJECT_GONE.has(error.errorCode ?? ''));
        discovery.lists[list] =
          absent && list !== 'dedicated' ? { off: true } : { failure: { code: error.code, message: error.message } };
      }
    }),
  );
  return discovery;
}

const PROJECT_GONE = new Set(['GROUP_NOT_FOUND', 'INVALID_GROUP_ID']);

/** The cluster list that a cluster of this tier stands in. */
export const listOf = (tier: Cluster['tier']): ClusterList => (tier === 'free' ? 'dedicated' : tier);

/** What a project's coverage says of its clusters after a discovery. Those whose list could not be read stay as they were. */
export function withDiscovery(stored: Record<string, ClusterCoverage>, { startedAt, clusters, lists }: Discovery) {
  const next: Record<string, ClusterCoverage> = {};
  for (const [name, cluster] of Object.entries(stored)) {
    const readable = lists[listOf(cluster.tier)];
    const gone = readable !== undefined && 'off' in readable && cluster.seenAt < startedAt;
    next[name] = gone && cluster.goneAt === undefined ? { ...cluster, goneAt: startedAt } : cluster;
  }
  // A deleted cluster with kept backups may stand beside a live one of the same name, whose list it then is.
  const live = new Set(clusters.flatMap(({ name, state }) => (state === 'DELETED' ? [] : [name])));
  for (const { name, id, tier, state } of clusters) {
    if (state === 'DELETED' && live.has(name)) continue;
    const known = clusterNamed(stored, name);
    const {
      goneAt: _,
      deleted: __,
      ...before
    } = known && !isAnother(known, id) ? known : { firstSeenAt: startedAt, lists: {} };
    next[name] = {
      ...before,
      clusterName: name,
      ...(id === undefined ? {} : { clusterId: id }),
      tier,
      ...(state === 'DELETED' ? { deleted: true } : {}),
      seenAt: startedAt,
    };
  }
  return next;
}

/** A cluster of the name of an earlier one: an id survives a change of tier, and comes only once. */
export const isAnother = ({ clusterId }: ClusterCoverage, id: string | undefined) =>
  clusterId !== undefined && id !== undefined && clusterId !== id;

export function withDiscoveryList(
  stored: DiscoveryCoverage | undefined,
  startedAt: string,
  found: NonNullable<Discovery['lists'][ClusterList]>,
) {
  if ('failure' in found) {
    const since = stored?.error?.since ?? startedAt;
    return { ...stored, attemptedAt: startedAt, error: { ...found.failure, since } };
  }
  return { attemptedAt: startedAt, readAt: startedAt, ...(found.off ? { off: true } : {}) };
}
