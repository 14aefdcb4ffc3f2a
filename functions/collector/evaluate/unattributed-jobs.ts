// functions/collector/evaluate/unattributed-jobs.ts: the jobs to attribute, in batches that memory can hold.
import type { Ledger, LedgerJob } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { MATCH_REACH_SECONDS } from '../../restore/requesters/match-requests.ts';
import { iso, isUnresolved } from './attribution.ts';

/** Jobs and events so much before those that are wanted can be their rivals. */
export const REACH_MS = MATCH_REACH_SECONDS * 1_000;
/** Jobs of the first batch, so few that writing begins soon; while it goes on, the next is read, of twice as many. */
export const FIRST_JOBS = 500;
/** The most jobs matched with events at once, some 2 KB each. */
export const MAX_JOBS_AT_ONCE = 2_500;
/** Jobs read in one collection; the next goes on where this one stops. */
export const MAX_JOBS = 20_000;
/** Jobs kept in memory from the first reading until they are attributed. Where there are more, all are read again. */
const MAX_HELD = 100;

export type Unattributed = Pick<
  LedgerJob,
  | 'jobId'
  | 'kind'
  | 'delivery'
  | 'requestedAt'
  | 'requester'
  | 'projectId'
  | 'projectName'
  | 'clusterName'
  | 'targetProjectId'
>;

/** Jobs that follow each other in time. */
export interface JobBatch {
  /** All of them, with those just before that can be their rivals. */
  jobs: Unattributed[];
  /** Those to attribute. */
  open: Unattributed[];
  /** Whole, where they are few. */
  held: LedgerJob[];
  /** How far events are to be read. */
  until: string;
  /** Where the next batch begins; absent after the last. */
  next?: string;
}

/** The first batch of those requested from `from` on, of some `size` jobs. Requests: 1 query a page of jobs. */
export async function readBatch(
  projectId: string,
  { from, size }: { from: string; size: number },
  { ledger, now }: { ledger: Pick<Ledger, 'projectJobs'>; now(): number },
): Promise<JobBatch> {
  const batch: JobBatch = { jobs: [], open: [], held: [], until: iso(now()) };
  const { jobs, open, held } = batch;
  // Rivals count, whether or not they are known already.
  for await (const job of ledger.projectJobs(projectId, { since: iso(Date.parse(from) - REACH_MS) })) {
    const { jobId, kind, delivery, requestedAt, requester } = job;
    const { projectName, clusterName, targetProjectId } = job;
    const requestedMs = Date.parse(requestedAt);
    // However many jobs were requested at once, the next batch begins well after this one, and rivals are no large part of it.
    const mayEnd = jobs.length >= size && requestedMs - Date.parse(from) > 2 * REACH_MS;
    if (mayEnd || jobs.length >= MAX_JOBS) {
      // Of the last, rivals may be among those that follow.
      const next = later(iso(requestedMs - REACH_MS), open[0]?.requestedAt ?? '');
      // The events of the last may come a little later than the jobs that are left out.
      const until = iso(requestedMs + REACH_MS);
      return { ...batch, open: open.filter((each) => each.requestedAt < next), until, next };
    }
    const names = { projectId, projectName, clusterName, targetProjectId };
    const kept = defined({ jobId, kind, delivery, requestedAt, requester, ...names });
    jobs.push(kept);
    if (requestedAt < from || !isUnresolved(requester)) continue;
    open.push(kept);
    if (held.length < MAX_HELD) held.push(job);
  }
  return batch;
}

const later = (a: string, b: string) => (a > b ? a : b);
