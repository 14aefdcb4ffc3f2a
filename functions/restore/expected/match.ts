// functions/restore/expected/match.ts: which restore was announced by whom. Pure, and the same in whatever order jobs are read.
import type { RestoreJob } from '../job.ts';
import { lowestIdAt } from '../object-id.ts';
import { identities, isFound, type Requester, surely } from '../requesters/requester.ts';
import { isUnderstood } from '../understood.ts';
import { type Claim, type ExpectedRestore, endOf } from './expected-restore.ts';

type Described = Pick<
  RestoreJob,
  'jobId' | 'projectId' | 'clusterName' | 'kind' | 'status' | 'delivery' | 'requestedAt'
>;
/** What says whether a restore is one that was announced. */
export interface MatchedJob extends Described, Pick<RestoreJob, 'targetProjectId' | 'targetClusterName' | 'problems'> {
  requester?: Requester;
}

/** Whether it is of the announced cluster, goes where that was announced, and was requested in time. */
export const isAsAnnounced = (job: MatchedJob, expected: ExpectedRestore): boolean =>
  isInTime(job, expected) && isTargetUnderstood(job) && goesThere(job, expected);

/** As `isAsAnnounced`, but that where it goes could not be understood: it may be the one, or another. */
export const isUnclear = (job: MatchedJob, expected: ExpectedRestore): boolean =>
  isInTime(job, expected) && !isTargetUnderstood(job) && !isByAnother(job, expected);

function isInTime(job: MatchedJob, expected: ExpectedRestore): boolean {
  const requested = Date.parse(job.requestedAt);
  return (
    job.projectId === expected.projectId &&
    job.clusterName === expected.clusterName &&
    requested >= Date.parse(expected.from) &&
    requested < endOf(expected)
  );
}

const isTargetUnderstood = (job: MatchedJob) => isUnderstood(job, 'delivery', 'targetProjectId', 'targetClusterName');

function goesThere(job: MatchedJob, { projectId, targetProjectId = projectId, targetClusterName }: ExpectedRestore) {
  if (targetClusterName === undefined || job.delivery === 'download')
    return targetClusterName === undefined && job.delivery === 'download';
  return job.targetClusterName === targetClusterName && (job.targetProjectId ?? job.projectId) === targetProjectId;
}

/** Whether somebody else than announced requested it, for certain. Below `strong` a name is a hint. */
export function isByAnother(job: Pick<MatchedJob, 'requester'>, { requester }: Pick<ExpectedRestore, 'requester'>) {
  const found = surely(job);
  return requester !== undefined && found !== undefined && !identities(found.actor).some(isSame(requester));
}

const isSame = (name: string) => (other: string) => other.toLowerCase() === name.toLowerCase();

/** Better first: it names who requested the restore; it names nobody; who requested it is not known. */
function closeness({ requester: found }: MatchedJob, { requester }: ExpectedRestore): number {
  if (requester === undefined) return 1;
  return isFound(found) && identities(found.actor).some(isSame(requester)) ? 0 : 2;
}

/**
 * Whether it may be one that was announced: it fits, and is not one too many. Earlier restores go first, so that one that is claimed by a
 * later one only may still be its own.
 */
export const mayBeAnnounced = (job: MatchedJob, all: readonly ExpectedRestore[]): boolean =>
  all.some(
    (expected) =>
      (isUnclear(job, expected) || (isAsAnnounced(job, expected) && !isByAnother(job, expected))) &&
      expected.jobs.filter(({ jobId }) => jobId < job.jobId).length < expected.restores,
  );

export interface Matched {
  /** By the id of the announcement. */
  claims: Map<string, Claim[]>;
  /** By the id of the job: what it was announced by. */
  announced: Map<string, ExpectedRestore>;
  /** By the id of the announcement: jobs that may be it, and take no place. */
  unclear: Map<string, string[]>;
}

/**
 * Each restore, oldest first, takes the announcement that fits best, and of those that fit alike the one that ends first. Claims of jobs
 * from before `from` stand, and so do those of jobs that are not among `jobs`: they are no longer in the ledger.
 * @param jobs all from `from` on that an announcement fits, or has
 * @param from ISO 8601
 */
export function matchAnnounced(jobs: readonly MatchedJob[], all: readonly ExpectedRestore[], from: string): Matched {
  const first = lowestIdAt(from);
  const given = new Set(jobs.map(({ jobId }) => jobId));
  const stands = ({ jobId }: Claim) => jobId < first || !given.has(jobId);
  const claims = new Map(all.map((each) => [each.expectedRestoreId, each.jobs.filter(stands)]));
  const announced = new Map<string, ExpectedRestore>();
  const unclear = new Map(
    all.map((each) => [each.expectedRestoreId, (each.unclear ?? []).filter((jobId) => stands({ jobId }))]),
  );
  for (const job of [...jobs].sort(byJobId)) {
    if (job.jobId < first) continue;
    const free = all.filter((each) => (claims.get(each.expectedRestoreId)?.length ?? 0) < each.restores);
    for (const each of free.filter((one) => isUnclear(job, one))) unclear.get(each.expectedRestoreId)?.push(job.jobId);
    const open = free.filter((each) => isAsAnnounced(job, each) && !isByAnother(job, each));
    const [best] = open.sort((a, b) => closeness(job, a) - closeness(job, b) || byEnd(a, b));
    if (!best) continue;
    announced.set(job.jobId, best);
    claims.get(best.expectedRestoreId)?.push({ jobId: job.jobId });
  }
  for (const list of claims.values()) list.sort(byJobId);
  return { claims, announced, unclear };
}

const byJobId = (a: { jobId: string }, b: { jobId: string }) => (a.jobId < b.jobId ? -1 : 1);
/** The id begins with the end. */
const byEnd = (a: ExpectedRestore, b: ExpectedRestore) => (a.expectedRestoreId < b.expectedRestoreId ? -1 : 1);
