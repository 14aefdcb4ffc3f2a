// functions/ledger/drill-state.ts reads from a cluster's coverage whether its backups have been shown to work, and how well.
import type { CompiledRules } from '../restore/compile-rules.ts';
import { daysAfter, drillDue, isOverdue } from '../restore/drill.ts';
import { KINDS } from '../restore/job.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { ClusterCoverage, CompletedRestore, DrillDue } from './coverage.ts';

/**
 * met: restored within the days. due: not restored yet, but there is time left. overdue: the time has passed. none: no
 * restore is expected.
 */
export const DRILL_STATES = ['met', 'due', 'overdue', 'none'] as const;

export interface DrillState {
  state: (typeof DRILL_STATES)[number];
  /** Within which a restore is expected. Absent, as is `dueAt`, where none is. */
  days?: number;
  dueAt?: string;
  /** The restore that was completed last, expected or not. */
  last?: CompletedRestore;
  /** How old its snapshot was when it was asked for: what would have been lost. */
  snapshotAgeSeconds?: number;
  /** How long it took: the measured recovery time. */
  durationSeconds?: number;
}

/** Whether a cluster's backups have been shown to work, over all of its lists. */
export function drillState(cluster: ClusterCoverage, now: Date): DrillState {
  const last = lastRestore(cluster);
  const drill = cluster.goneAt === undefined ? cluster.drill : undefined;
  return {
    state: drill === undefined ? 'none' : stateOf(drill, last, now),
    ...(drill && { days: drill.days, dueAt: drill.dueAt }),
    ...(last && { last, ...measured(last) }),
  };
}

/**
 * The restore of a whole backup that was completed last. Collection-level ones do not count: they bring back chosen
 * collections beside what is there, and show neither that the backup is whole nor how long the cluster takes to come back.
 */
export function lastRestore({ lists }: Pick<ClusterCoverage, 'lists'>): CompletedRestore | undefined {
  const all = KINDS.flatMap((kind) => (kind === 'collection' ? [] : (lists[kind]?.lastCompleted ?? [])));
  return all.reduce<CompletedRestore | undefined>(
    (newest, restore) => (newest && Date.parse(newest.finishedAt) >= Date.parse(restore.finishedAt) ? newest : restore),
    undefined,
  );
}

/** What a cluster's `drill` should be, from the rest of its coverage. */
export function drillOf(
  projectName: string,
  cluster: ClusterCoverage,
  rules: CompiledRules,
  now: Date,
): DrillDue | undefined {
  const { clusterName, tier, goneAt, deleted, drill } = cluster;
  if (deleted) return undefined;
  const lastCompletedAt = lastRestore(cluster)?.finishedAt;
  return drillDue(
    { projectName, clusterName, tier, createdAt: createdAt(cluster), lastCompletedAt, goneAt, drill },
    rules,
    now,
  );
}

/** Its id is made when it is; without one, or with one from the future, it is as old as it is known to be. */
function createdAt({ clusterId, firstSeenAt, seenAt }: ClusterCoverage): string {
  if (!isObjectId(clusterId)) return firstSeenAt;
  const made = requestedAt(clusterId);
  return made <= seenAt ? made : firstSeenAt;
}

function stateOf({ days, dueAt }: DrillDue, last: CompletedRestore | undefined, now: Date): DrillState['state'] {
  if (last && !isOverdue(daysAfter(last.finishedAt, days), now)) return 'met';
  return isOverdue(dueAt, now) ? 'overdue' : 'due';
}

function measured({ requestedAt: askedAt, snapshotAt, durationSeconds }: CompletedRestore) {
  const ageSeconds = snapshotAt && Math.max(0, Math.round((Date.parse(askedAt) - Date.parse(snapshotAt)) / 1_000));
  return {
    ...(typeof ageSeconds === 'number' && { snapshotAgeSeconds: ageSeconds }),
    ...(durationSeconds !== undefined && { durationSeconds }),
  };
}
