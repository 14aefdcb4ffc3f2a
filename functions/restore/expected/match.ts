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
export function isAsAnnounced(job: MatchedJob, expected: ExpectedRestore): boolean {
  const requested = Date.parse(job.requestedAt);
  return (
    job.projectId === expected.projectId &&
    job.clusterName === expected.clusterName &&
    requested >= Date.parse(expected.from) &&
    requested < endOf(expected) &&
    goesThere(job, expected)
  );
}

/** What can't be understood may go anywhere. */
function goesThere(job: MatchedJob, { projectId, targetProjectId = projectId, targetClusterName }: ExpectedRestore) {
  if (!isUnderstood(job, 'delivery', 'targetProjectId', 'targetClusterName')) return false;
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
      isAsAnnounced(job, expected) &&
      !isByAnother(job, expected) &&
      expected.jobs.filter(({ jobId }) => jobId < job.jobId).length < expected.restores,
  );

export interface Matched {
  /** By the id of the announcement. */
  claims: Map<string, Claim[]>;
  /** By the id of the job: what it was announced by. */
  announced: Map<string, ExpectedRestore>;
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
  for (const job of [...jobs].sort(byJobId)) {
    if (job.jobId < first) continue;
    const open = all.filter(
      (each) =>
        isAsAnnounced(job, each) &&
        !isByAnother(job, each) &&
        (claims.get(each.expectedRestoreId)?.length ?? 0) < each.restores,
    );
    const [best] = open.sort((a, b) => closeness(job, a) - closeness(job, b) || byEnd(a, b));
    if (!best) continue;
    announced.set(job.jobId, best);
    claims.get(best.expectedRestoreId)?.push({ jobId: job.jobId });
  }
  for (const list of claims.values()) list.sort(byJobId);
  return { claims, announced };
}

const byJobId = (a: { jobId: string }, b: { jobId: string }) => (a.jobId < b.jobId ? -1 : 1);
/** The id begins with the end. */
const byEnd = (a: ExpectedRestore, b: ExpectedRestore) => (a.expectedRestoreId < b.expectedRestoreId ? -1 : 1);
