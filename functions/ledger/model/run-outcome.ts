// functions/ledger/model/run-outcome.ts: the outcome of a run, from what is on record of it.
import type { ClusterFailure, PartStatus, PlannedProject, RunPart, RunRecord } from './run.ts';

export interface RunOutcome {
  /** complete takes every fact: a project at least, a complete part of each that was planned, and no failure. */
  status: PartStatus;
  /** Projects that the run was to read and has no part of. */
  unread: PlannedProject[];
  /** Projects without a part, those whose names are not on record included. */
  unreadCount: number;
}

/** As if the run ended now. */
export function runOutcome({ run, parts, planned = [] }: RunRecord): RunOutcome {
  const read = new Set(parts.map(({ projectId }) => projectId));
  const unread = planned.filter(({ projectId }) => !read.has(projectId));
  const unreadCount = Math.max(unread.length, (run.projects ?? 0) - parts.length);
  const isAll = run.projects !== undefined && parts.length > 0 && unreadCount === 0;
  if (parts.every(({ status }) => status === 'failed') || noneChosen(parts).length > 0)
    return { status: 'failed', unread, unreadCount };
  const isComplete = isAll && run.failures.length === 0 && parts.every(({ status }) => status === 'complete');
  return { status: isComplete ? 'complete' : 'incomplete', unread, unreadCount };
}

/** The failure of a run whose choice of clusters leaves out every cluster of every project: a slip in a pattern, most likely. */
export function noneChosen(parts: readonly RunPart[]): ClusterFailure[] {
  const leftOut = parts.map(({ status, clustersLeftOut }) => (status === 'complete' ? clustersLeftOut : undefined));
  if (leftOut.some((count) => count === undefined) || leftOut.every((count) => count === 0)) return [];
  const message = `the choice of clusters (INCLUDE_CLUSTERS, EXCLUDE_CLUSTERS) leaves out every cluster of the ${parts.length} projects: check the patterns`;
  return [{ what: 'clusters', code: 'NO_CLUSTERS_CHOSEN', message }];
}
