// functions/proof/drill-state.ts: whether a cluster's backups have been shown to work, and how well, by its coverage.

import type * as z from 'zod/mini';
import { type ClusterCoverage, type CompletedRestore, LISTS_OF, type ListCoverage } from '../ledger/model/coverage.ts';
import { defined } from '../platform/defined.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { CompiledRules } from '../restore/rules/compile-rules.ts';
import { type Drill, daysAfter, drillDue, isOverdue } from '../restore/rules/drill.ts';
import type { drill } from '../schema/coverage.ts';
import { KINDS } from '../schema/words.ts';
import { FRESH_MS, heardAt, isOver } from './list.ts';
import { earlier } from './period.ts';

/** Kinds of list whose restores bring back a whole backup. */
const WHOLE = KINDS.filter((kind) => kind !== 'collection');

/** `overdueAt` is the collector's, and whether objectives were met depends on those. */
export type DrillState = Omit<z.infer<typeof drill>, 'overdueAt' | 'rto' | 'rpo'>;

/**
 * Whether a cluster's backups have been shown to work, over all of its lists.
 * @param freshMs a reading that is older says nothing of the present
 */
export function drillState(cluster: ClusterCoverage, now: Date, freshMs = FRESH_MS): DrillState {
  const last = lastRestore(cluster);
  const drill = cluster.goneAt === undefined ? cluster.drill : undefined;
  const state = stateOf(cluster, drill, last, { now, freshMs });
  return { state, ...defined({ days: drill?.days, dueAt: drill?.dueAt, last, ...(last && measured(last)) }) };
}

/**
 * The moment until which every restore of the whole cluster is known and understood, but for those of `lostUntil`: only before it can
 * one that is not there be said to be missing. Nothing where some list was never read, or holds what was not understood. ISO 8601.
 */
export function coveredUntil({ tier, lists }: Pick<ClusterCoverage, 'tier' | 'lists'>): string | undefined {
  const kinds = WHOLE.filter((kind) => LISTS_OF[tier].includes(kind) || lists[kind]);
  const isClear = (list: ListCoverage) => (list.problemCount ?? 0) + (list.notUnderstood ?? 0) === 0;
  // Empty where nothing was heard, which sorts first.
  const times = kinds.flatMap((kind) => {
    const list = lists[kind];
    if (!list || !isClear(list)) return [''];
    return isOver(list) ? [] : [heardAt(list) ?? ''];
  });
  return times.sort()[0] || undefined;
}

/** Up to when a list that is not there any more can have held restores that were never read. ISO 8601. */
export function lostUntil({ lists }: Pick<ClusterCoverage, 'lists'>): string | undefined {
  const ends = WHOLE.flatMap((kind) => {
    const { readAt = '', notThere, supersededAt } = lists[kind] ?? {};
    const end = notThere && earlier(notThere.since, supersededAt);
    return end !== undefined && readAt < end ? [end] : [];
  });
  return ends.sort().at(-1);
}

/** True where a restore that was due at `dueAt` is known to be missing `now`: neither to come, nor lost with its list. */
export function isCoveredUntil(
  cluster: Pick<ClusterCoverage, 'tier' | 'lists'>,
  { days, dueAt }: Pick<Drill, 'days' | 'dueAt'>,
  now: Date,
): boolean {
  const [until, lost] = [coveredUntil(cluster), lostUntil(cluster)];
  return until !== undefined && until >= dueAt && (lost === undefined || isOverdue(daysAfter(lost, days), now));
}

/**
 * The restore of a whole backup that was completed last. Collection-level ones do not count: they bring back chosen
 * collections beside what is there, and show neither that the backup is whole nor how long the cluster takes to come back.
 */
export function lastRestore({ lists }: Pick<ClusterCoverage, 'lists'>): CompletedRestore | undefined {
  const all = WHOLE.flatMap((kind) => lists[kind]?.lastCompleted ?? []);
  return all.toSorted((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt))[0];
}

/** What a cluster's `drill` should be, from the rest of its coverage. */
export function drillOf(
  projectName: string,
  cluster: ClusterCoverage,
  rules: CompiledRules,
  now: Date,
): Drill | undefined {
  const { clusterName, tier, goneAt, deleted, drill, backupsOff, paused } = cluster;
  if (deleted || backupsOff || paused) return undefined;
  const lastCompletedAt = lastRestore(cluster)?.finishedAt;
  const due = drillDue(
    { projectName, clusterName, tier, createdAt: createdAt(cluster), lastCompletedAt, goneAt, drill },
    rules,
    now,
  );
  if (due?.overdueAt === undefined || isCoveredUntil(cluster, due, now)) return due;
  const { overdueAt: _, ...unknown } = due;
  return unknown;
}

/** Its id is made when it is; without one, or with one from the future, it is as old as it is known to be. */
export function createdAt({
  clusterId,
  firstSeenAt,
  seenAt,
}: Pick<ClusterCoverage, 'clusterId' | 'firstSeenAt' | 'seenAt'>): string {
  if (!isObjectId(clusterId)) return firstSeenAt;
  const made = requestedAt(clusterId);
  return made <= seenAt ? made : firstSeenAt;
}

function stateOf(
  cluster: ClusterCoverage,
  drill: Drill | undefined,
  last: CompletedRestore | undefined,
  { now, freshMs }: { now: Date; freshMs: number },
): DrillState['state'] {
  const { goneAt, deleted, tier, backupsOff, paused } = cluster;
  if (goneAt !== undefined || deleted || tier === 'free') return 'none';
  if (backupsOff) return 'backups-off';
  if (paused) return 'paused';
  if (!drill) return coveredUntil(cluster) === undefined ? 'not-covered' : 'none'; // it was never read, or none is expected of it
  if (last && !isOverdue(daysAfter(last.finishedAt, drill.days), now)) return 'met';
  if (!isOverdue(drill.dueAt, now)) return 'due';
  const isFresh = Date.parse(coveredUntil(cluster) ?? '') >= now.getTime() - freshMs;
  return isFresh && isCoveredUntil(cluster, drill, now) ? 'overdue' : 'not-covered';
}

/** What a restore shows: how long it took, and how old its snapshot was. */
export function measured({ requestedAt, snapshotAt, durationSeconds }: CompletedRestore) {
  const age = snapshotAt === undefined ? undefined : (Date.parse(requestedAt) - Date.parse(snapshotAt)) / 1_000;
  return defined({ snapshotAgeSeconds: age === undefined ? undefined : Math.max(0, Math.round(age)), durationSeconds });
}
