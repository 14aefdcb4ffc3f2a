// functions/collector/project/recorded-jobs.ts: the count of a project's recorded jobs, which shows whether any was taken away.

import { type LetGo, letGoBy } from '../../ledger/let-go/let-go.ts';
import { isBackfilled } from '../../ledger/model/backfill.ts';
import { clusterNamed, type ProjectCoverage } from '../../ledger/model/coverage.ts';
import { difference, NO_IDS, toggled } from '../../ledger/model/id-set.ts';
import type { JobSummary, Recorded } from '../../ledger/model/ledger.ts';
import { reconciled } from '../../ledger/model/uncounted.ts';
import { defined } from '../../platform/defined.ts';
import { revisionsOver } from '../evaluate/revisions.ts';
import type { Collection } from './collection.ts';

/** Kept of a project. */
const MAX_REPAIRS = 20;
/** After so long in the table, in ms, a job that no coverage counts is of a run that died, not of one that will count it. */
const UNCOUNTED_MS = 6 * 3_600_000;

/** Counts a job that was recorded or evaluated. */
export function noteRecorded(collection: Collection, { outcome, job, change }: Recorded): void {
  const { counts, newIds, lateIds, stored, options } = collection;
  if (outcome === 'new') {
    newIds.push(job.jobId);
    if (isLate(stored, job)) lateIds.push(job.jobId);
  }
  if (!change) return;
  collection.revisionsWritten += 1;
  const found = countAdded(change.fields.findings);
  counts.findings += found;
  if (change.firstReading) counts.firstFindings += found;
  if (outcome === 'new' && isBackfilled(job, change, options.maxEventAgeHours)) counts.jobsBackfilled += 1;
}

/** The project's count with this task's jobs, over what is stored at the moment of writing: another collector's jobs stay counted. */
export function recordedOver(
  latest: ProjectCoverage | undefined,
  collection: Collection,
): Pick<ProjectCoverage, 'recorded' | 'recordedIds' | 'repairs' | 'revisions'> {
  const { newIds, stored, task, time, revisionsCounted: counted, revisionsWritten: written } = collection;
  const revisions = revisionsOver(latest, { stored: stored?.revisions, counted, written });
  // Some that this task recorded may have been let go meanwhile: they are to be deleted, and not counted.
  const isLetGo = letGoBy(latest?.letGo);
  const newJobs = newIds.filter((jobId) => !isLetGo(jobId));
  const { putBack, left: ofOthers } = reconcile(collection, latest?.letGo);
  // Another collector may have counted these meanwhile.
  const left = latest?.revision === stored?.revision ? ofOthers : [];
  const repair = { at: new Date(time.now()).toISOString(), runId: task.runId, jobs: putBack.length };
  const repairs = [...(latest?.repairs ?? []), ...(putBack.length > 0 ? [repair] : [])];
  // Each job is new to one collector alone, which counts it: so whoever writes first, none is counted twice.
  const { recorded = 0, recordedIds = NO_IDS } = latest ?? {};
  return {
    recorded: recorded + newJobs.length - putBack.length + left.length,
    recordedIds: difference(recordedIds, toggled(NO_IDS, [...newJobs, ...putBack, ...left])),
    ...(repairs.length > 0 ? { repairs: repairs.slice(-MAX_REPAIRS) } : {}),
    ...defined({ revisions }),
  };
}

/**
 * What was counted before and had been taken out of the table: it is counted once, while one that is not put back stays missed,
 * whatever else is new. And what a run that died has left in the table. Nothing of both where it can't be known.
 */
function reconcile(
  { known, stored, lateIds, time }: Collection,
  letGo: LetGo | undefined,
): Record<'putBack' | 'left', string[]> {
  if (known.before === undefined) return { putBack: [], left: [] };
  const isLetGo = letGoBy(letGo);
  const before = known.before.without(isLetGo);
  const late = lateIds.filter((jobId) => !isLetGo(jobId));
  // What was counted at the beginning, without what was let go since: the table may, or may not, have had it still.
  const since = difference(letGo?.ids ?? NO_IDS, stored?.letGo?.ids ?? NO_IDS);
  const ids = difference(stored?.recordedIds ?? NO_IDS, since);
  const jobs = (stored?.recorded ?? 0) - ((letGo?.jobs ?? 0) - (stored?.letGo?.jobs ?? 0));
  const found = reconciled({ jobs, ids }, before, late);
  // Some of several, most likely. Should one of them never have been there, then the ids won't fit, however many there are.
  if (!found) return { putBack: late.slice(0, Math.max(0, jobs - before.jobs)), left: [] };
  const old = found.left.filter(({ atMs }) => atMs < time.now() - UNCOUNTED_MS);
  return { putBack: found.putBack, left: old.map(({ jobId }) => jobId) };
}

function isLate(stored: ProjectCoverage | undefined, { clusterName, kind, requestedAt }: JobSummary): boolean {
  const { readAt, readAtLatest = readAt } = clusterNamed(stored?.clusters ?? {}, clusterName)?.lists[kind] ?? {};
  return readAtLatest !== undefined && Date.parse(requestedAt) < Date.parse(readAtLatest);
}

/** Of a history's entry: rules that were not there before. */
function countAdded({ from, to }: { from?: unknown; to?: unknown } = {}): number {
  const before: readonly unknown[] = Array.isArray(from) ? from : [];
  return Array.isArray(to) ? to.filter((rule) => !before.includes(rule)).length : 0;
}
