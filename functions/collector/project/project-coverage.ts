// functions/collector/project/project-coverage.ts: a project's coverage after a task.

import type { ClusterList } from '../../atlas/model/atlas.ts';
import {
  archiveMark,
  type ClusterCoverage,
  clusterKey,
  clusterNamed,
  type ProjectCoverage,
} from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import type { Kind } from '../../schema/words.ts';
import { type Attempt, withAttempt } from '../list/list-coverage.ts';
import { listsOf } from '../list/select-lists.ts';
import type { CollectTask } from '../task/task.ts';
import { type Discovery, withDiscoveryList } from './discover.ts';
import { addressable, isAnother, withDiscovery, withGone } from './discovered-clusters.ts';

export interface ListAttempt {
  clusterName: string;
  kind: Kind;
  attempt: Attempt;
}

/** By one task. */
export interface FoundOut {
  task: CollectTask;
  /** More messages of the task's run are to come. */
  goesOn: boolean;
  discovery: Discovery;
  attempts: readonly ListAttempt[];
  /** Clusters that moved to items of their own: those that are gone for long, and others, whose names are in use again. */
  archived: { gone: readonly ClusterCoverage[]; others: readonly ClusterCoverage[] };
  /** What the ledger's own work on the jobs came to. */
  about: Pick<ProjectCoverage, 'attribution' | 'rules' | 'recorded' | 'recordedIds' | 'repairs' | 'revisions'>;
}

/** A function of what is stored at the moment of writing, so that another collector's findings are kept. */
export function projectCoverage(
  stored: ProjectCoverage | undefined,
  { task, goesOn, discovery, attempts, archived, about }: FoundOut,
): ProjectCoverage {
  const clusters = withDiscovery(stored?.clusters ?? {}, discovery);
  for (const { clusterName } of archived.gone) delete clusters[clusterKey(clusterName)];
  for (const { clusterName, kind, attempt } of attempts) {
    const cluster = clusterNamed(clusters, clusterName);
    if (!cluster) continue;
    clusters[clusterKey(clusterName)] = {
      ...cluster,
      lists: { ...cluster.lists, [kind]: withAttempt(cluster.lists[kind], attempt, goesOn ? task.runId : undefined) },
    };
  }
  const lists = { ...stored?.discovery };
  for (const [name, found] of Object.entries(discovery.lists)) {
    const list = name as ClusterList;
    lists[list] = withDiscoveryList(lists[list], discovery, found);
  }
  const { projectId, projectName, orgId, runId } = task;
  return {
    projectId,
    projectName,
    ...defined({ orgId, followAt: stored?.followAt, letGo: stored?.letGo }),
    revision: stored?.revision ?? 0,
    runId,
    discovery: lists,
    clusters: withGone(clusters, discovery),
    ...withArchived(stored, [...archived.gone, ...archived.others]),
    ...about,
  };
}

function withArchived(
  stored: ProjectCoverage | undefined,
  clusters: readonly ClusterCoverage[],
): Pick<ProjectCoverage, 'archived'> {
  const archived = new Set([...(stored?.archived ?? []), ...clusters.map(archiveMark)]);
  return archived.size === 0 ? {} : { archived: [...archived] };
}

/** True where some list that a follow-up would read holds a job that runs, or waits to. */
export const isMoving = ({ clusters }: ProjectCoverage) =>
  Object.values(clusters).some(
    (cluster) =>
      cluster.goneAt === undefined && listsOf(cluster).some((kind) => (cluster.lists[kind]?.moving ?? 0) > 0),
  );

/** Clusters gone for longer than this get a coverage item of their own, in ms: a project's item must not grow for ever. */
const ARCHIVE_AFTER_MS = 7 * 86_400_000;

export function clustersToArchive(
  stored: ProjectCoverage | undefined,
  { clusters }: Discovery,
  now: number,
): ClusterCoverage[] {
  const found = new Set(clusters.map(({ name }) => name));
  return Object.values(stored?.clusters ?? {}).filter(
    ({ clusterName, goneAt }) =>
      goneAt !== undefined && now - Date.parse(goneAt) >= ARCHIVE_AFTER_MS && !found.has(clusterName),
  );
}

/**
 * Clusters that Atlas keeps backups of, and whose name another one has by now: nobody can ask for their restores. Those that were
 * never met before are archived as what nobody has read.
 */
export function clustersOutnamed({ clusters, startedAt, startedAtLatest }: Discovery): ClusterCoverage[] {
  const those = new Set(addressable(clusters));
  return clusters
    .filter((cluster) => !those.has(cluster))
    .map(({ name: clusterName, id, tier, tags }) => ({
      clusterName,
      ...defined({ clusterId: id, tags }),
      tier,
      firstSeenAt: startedAt,
      seenAt: startedAt,
      deleted: true,
      goneAt: startedAtLatest,
      lists: {},
    }));
}

/** Clusters whose name another one has now. */
export function clustersReplaced(
  stored: ProjectCoverage | undefined,
  { clusters, startedAtLatest }: Discovery,
): ClusterCoverage[] {
  return addressable(clusters).flatMap(({ name, id }) => {
    const former = clusterNamed(stored?.clusters ?? {}, name);
    return former && isAnother(former, id) ? [{ goneAt: startedAtLatest, ...former }] : [];
  });
}
