// functions/proof/run.ts decides what may be claimed of a run, from what is on record of it.
import type { PartStatus, PlannedProject, RunRecord } from '../ledger/model/run.ts';

export interface RunClaim {
  /** complete takes every fact: a project at least, a complete part of each that was planned, and no failure. */
  status: PartStatus;
  /** Projects that the run was to read and has no part of. */
  unread: PlannedProject[];
  /** Projects without a part, those whose names are not on record included. */
  unreadCount: number;
}

/** As if the run ended now. */
export function judgeRun({ run, parts, planned = [] }: RunRecord): RunClaim {
  const read = new Set(parts.map(({ projectId }) => projectId));
  const unread = planned.filter(({ projectId }) => !read.has(projectId));
  const unreadCount = Math.max(unread.length, (run.projects ?? 0) - parts.length);
  const isAll = run.projects !== undefined && parts.length > 0 && unreadCount === 0;
  if (parts.every(({ status }) => status === 'failed')) return { status: 'failed', unread, unreadCount };
  const isComplete = isAll && run.failures.length === 0 && parts.every(({ status }) => status === 'complete');
  return { status: isComplete ? 'complete' : 'incomplete', unread, unreadCount };
}
