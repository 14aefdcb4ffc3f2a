// functions/collector/evaluate/match-announcements.ts: restores matched with what was announced: first the announcements are written, then
// the jobs, so that no announcement stands for more restores than it says, whoever collects at the same time.
import { canonicalJson } from '../../ledger/model/fingerprint.ts';
import type { JobSummary, Ledger, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { ATTEMPTS, conflict } from '../../ledger/repositories/optimistic-write.ts';
import { announcementOf, type Claim, type ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import { isAsAnnounced, isUnclear, type Matched, matchAnnounced } from '../../restore/expected/match.ts';
import { requestedAt } from '../../restore/object-id.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import { earlier, isPending } from './attribution.ts';

/** Kept of an announcement: one is enough for nobody to know. */
const MAX_UNCLEAR = 10;

export interface MatchPorts {
  ledger: Pick<Ledger, 'projectJobs' | 'saveExpectedRestore' | 'annotate'>;
  /** What was announced, read anew. */
  read(since: string): Promise<readonly ExpectedRestore[]>;
  /** The findings of a job of which it is certain whether it was announced. */
  findings(job: JobSummary): Finding[];
  /** Whether it is of a cluster that asks for announcements, and of a time when there could be some. Absent: none asks. */
  asksFor?: ((job: JobSummary) => boolean) | undefined;
  onRecorded(recorded: Recorded): void;
}

export interface MatchTask {
  projectId: string;
  sighting: Sighting;
  /** Request time of the oldest job that may match otherwise than before. Absent: none may, unless an announcement says so. */
  from: string | undefined;
  /** Since when announcements are to be looked at: those that ended before are done with. */
  since: string;
}

/**
 * Requests: 1 query of what was announced. Where that may concern a restore since `from`, 1 query for each 100 jobs since then, 2 writes
 * for each announcement that has a new restore, and 1 read and 1 write for each job that changes. Nothing else is written.
 * @returns what was announced, as it is then
 * @throws LedgerError
 */
export async function matchAnnouncements(task: MatchTask, ports: MatchPorts): Promise<readonly ExpectedRestore[]> {
  const since = task.from !== undefined && task.from < task.since ? task.from : task.since;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const all = await ports.read(since);
    const from = all.flatMap(openSince).reduce<string | undefined>(earlier, task.from);
    if (from === undefined) return all;
    const concerned = all.filter(({ until }) => until > from);
    if (concerned.length === 0 && !ports.asksFor) return all;
    const jobs = await jobsOf(task.projectId, from, concerned, ports);
    const matched = matchAnnounced(jobs, concerned, from);
    const claimed = await claim(concerned, matched, ports);
    if (!claimed) continue; // somebody withdrew or matched meanwhile
    const unclear = new Set([...matched.unclear.values()].flat());
    // Nobody can say that those were not announced.
    for (const job of jobs) if (job.announcement || !unclear.has(job.jobId)) await write(job, matched, task, ports);
    return (await settle(claimed, jobs, matched, ports)) ? ports.read(since) : all;
  }
  throw conflict(`announced restores of project ${task.projectId}`);
}

/** When the oldest restore was requested that is to be looked at again. */
const openSince = ({ jobs, unclear = [] }: ExpectedRestore): string[] =>
  [...jobs.flatMap(({ jobId, open }) => (open ? [jobId] : [])), ...unclear].sort().slice(0, 1).map(requestedAt);

/** Those that something was announced for, or should have been. */
async function jobsOf(
  projectId: string,
  since: string,
  all: readonly ExpectedRestore[],
  { ledger, asksFor }: MatchPorts,
): Promise<JobSummary[]> {
  const claimed = new Set(all.flatMap(({ jobs, unclear = [] }) => [...jobs.map(({ jobId }) => jobId), ...unclear]));
  const held: JobSummary[] = [];
  for await (const { atlas: _, changes: __, ...job } of ledger.projectJobs(projectId, { since })) {
    const isConcerned =
      job.announcement ||
      claimed.has(job.jobId) ||
      all.some((each) => isAsAnnounced(job, each) || isUnclear(job, each));
    if (isConcerned || (asksFor?.(job) && !isFoundUnannounced(job))) held.push(job);
  }
  return held;
}

const isFoundUnannounced = ({ findings = [] }: JobSummary) => findings.some(({ rule }) => rule === 'unannounced');

/**
 * What is new to an announcement, and what it no longer stands for, is open until the job says so: should the collector die before,
 * it is looked at again. Undefined where another writer was first.
 */
async function claim(
  all: readonly ExpectedRestore[],
  { claims, unclear }: Matched,
  { ledger }: MatchPorts,
): Promise<ExpectedRestore[] | undefined> {
  const claimed: ExpectedRestore[] = [];
  for (const expected of all) {
    const next = claims.get(expected.expectedRestoreId) ?? [];
    const [before, after] = [expected.jobs, next].map((list) => new Set(list.map(({ jobId }) => jobId)));
    const added = next.filter(({ jobId }) => !before?.has(jobId));
    const released = expected.jobs.filter(({ jobId }) => !after?.has(jobId));
    const kept = expected.jobs.filter(({ jobId }) => after?.has(jobId));
    const opened = [...added, ...released].map(({ jobId }): Claim => ({ jobId, open: true }));
    const isNew = opened.some((each) => !expected.jobs.some((had) => isEqual(had, each)));
    const unsure = (unclear.get(expected.expectedRestoreId) ?? []).slice(0, MAX_UNCLEAR);
    const isOther = !isEqual(unsure, expected.unclear ?? []);
    const saved =
      isNew || isOther
        ? await ledger.saveExpectedRestore(expected, {
            jobs: [...kept, ...opened].sort(byJobId),
            ...(isOther && { unclear: unsure }),
          })
        : expected;
    if (!saved) return undefined;
    claimed.push(saved);
  }
  return claimed;
}

/** Whoever requested it may become known yet, and be another. */
async function settle(
  claimed: readonly ExpectedRestore[],
  jobs: readonly JobSummary[],
  { claims }: Matched,
  { ledger }: MatchPorts,
): Promise<boolean> {
  const pending = new Set(jobs.filter(({ requester }) => isPending(requester)).map(({ jobId }) => jobId));
  let isWritten = false;
  for (const expected of claimed) {
    const settled = (claims.get(expected.expectedRestoreId) ?? []).map(
      ({ jobId }): Claim =>
        expected.requester !== undefined && pending.has(jobId) ? { jobId, open: true } : { jobId },
    );
    if (isEqual(settled, expected.jobs)) continue;
    // Where another writer was first, it is left open, and settled by the next collection.
    isWritten = (await ledger.saveExpectedRestore(expected, { jobs: settled })) !== undefined || isWritten;
  }
  return isWritten;
}

async function write(
  job: JobSummary,
  { announced }: Matched,
  { projectId, sighting }: MatchTask,
  { ledger, findings, onRecorded }: MatchPorts,
): Promise<void> {
  const expected = announced.get(job.jobId);
  const announcement = expected ? announcementOf(expected) : null;
  const found = ({ announcement: _, ...rest }: JobSummary) => findings(announcement ? { ...rest, announcement } : rest);
  const isSaid = isEqual(job.announcement, announcement ?? undefined) && isEqual(job.findings ?? [], found(job));
  if (isSaid) return;
  const recorded = await ledger.annotate(projectId, job.jobId, sighting, (stored) => ({
    announcement,
    findings: found(stored),
  }));
  if (recorded.outcome !== 'let-go') onRecorded(recorded);
}

const byJobId = (a: Claim, b: Claim) => (a.jobId < b.jobId ? -1 : 1);
const isEqual = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
