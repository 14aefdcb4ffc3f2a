// functions/collector/list/record-page.ts: the jobs of a page, compared with the table and recorded where they are new or changed.
import type { JobPage } from '../../atlas/model/atlas.ts';
import { fingerprint } from '../../ledger/model/fingerprint.ts';
import type { Recorded } from '../../ledger/model/ledger.ts';
import { isOfAnotherList } from '../../ledger/model/merge-observation.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { isOpen, type RestoreJob } from '../../restore/job.ts';
import { isUnresolved } from '../evaluate/attribution.ts';
import type { Known, KnownOfList } from './known-jobs.ts';
import { hold, notAttributed, type Reading, raiseDoubt, sightingOf } from './reading.ts';
import { understand } from './understand.ts';

interface Understood {
  job: RestoreJob;
  print: string;
}

interface Compared {
  changed: (Understood & { before: boolean })[];
  /** Unchanged, but their rules may have another result by now. */
  due: RestoreJob[];
  /** The page holds a job from before `settledThrough` that was known. */
  reachedSettled: boolean;
}

/**
 * Every job is compared with the table: an equal fingerprint in the coverage saves reading it, and a job that is not in the
 * table is recorded, however old.
 * @param known what the table has of the whole list, where that was read
 * @returns true where the page holds a job from before `settledThrough` that was known
 * @throws AtlasError, LedgerError
 */
export async function recordPage(reading: Reading, page: JobPage, known: KnownOfList | undefined): Promise<boolean> {
  const { ledger, writes, evaluator } = reading.ports;
  const understood = understoodOf(reading, page);
  const found = known ?? (await lookedUp(reading, understood));
  const { changed, due, reachedSettled } = compare(reading, understood, found);
  await evaluator.prepare(changed.map(({ job }) => job));
  await evaluator.prepareDue(due);
  const writeEach = <T>(items: readonly T[], write: (item: T) => Promise<unknown>) =>
    forEachConcurrent(items, Math.min(items.length, writes.concurrency), (item) =>
      writes(async () => {
        if (mayGoOn(reading)) await write(item);
      }),
    );
  if (changed.length > 0) await ledger.markDays(changed.map(({ job }) => job.jobId));
  await writeEach(changed, ({ job, print, before }) => record(reading, job, before, print));
  await writeEach(due, (job) => reevaluate(reading, job));
  return reachedSettled;
}

function understoodOf(reading: Reading, page: JobPage): Understood[] {
  const understood: Understood[] = [];
  for (const element of page.jobs) {
    if (!reading.window.see(element)) continue;
    const job = understand(reading, element);
    if (!job) continue;
    reading.counts.seen += 1;
    reading.successes.see(job);
    reading.watermark.see(job);
    understood.push({ job, print: fingerprint(job) });
  }
  return understood;
}

/** What the table has of those that the coverage does not vouch for. Jobs newer than it knows are added without a read. */
function lookedUp(reading: Reading, understood: readonly Understood[]): Promise<KnownOfList> {
  const { fingerprints, ports } = reading;
  const unsure = understood.filter(
    ({ job, print }) => !fingerprints.isNewer(job.jobId) && !vouchedFor(reading, job, print),
  );
  return ports.known.byId(unsure.map(({ job }) => job.jobId));
}

function vouchedFor({ task, fingerprints }: Reading, { jobId, status }: RestoreJob, print: string): Known | undefined {
  if (task.full || !fingerprints.matches(jobId, print)) return undefined;
  const open = isOpen(status);
  return { fingerprint: print, observedMs: 0, vanished: false, open, unattributed: false, altered: false };
}

function compare(reading: Reading, understood: readonly Understood[], found: KnownOfList): Compared {
  const { settledThrough, counts, ports } = reading;
  const changed: Compared['changed'] = [];
  const due: RestoreJob[] = [];
  let reachedSettled = false;
  for (const { job, print } of understood) {
    const before = found.get(job.jobId) ?? vouchedFor(reading, job, print);
    const isSettled = settledThrough !== undefined && job.requestedAt < settledThrough;
    // One that was let go is not in the table, and is not to come back.
    const isLetGo = before === undefined && ports.isLetGo?.(job.jobId) === true;
    if (before || isLetGo) {
      reading.metKnown = true;
      reachedSettled ||= isSettled;
    } else {
      reading.unknown += 1;
      if (isSettled) raiseDoubt(reading, `job ${job.jobId} is new, though older than others that were settled`);
    }
    if (isLetGo) continue;
    if (before && !before.vanished && !before.altered && before.fingerprint === print) {
      counts.same += 1;
      hold(reading, job.jobId, print, job.status);
      if (before.unattributed) notAttributed(reading, job);
      if (isOpen(job.status) && ports.evaluator.isDue(job)) due.push(job);
    } else changed.push({ job, print, before: before !== undefined });
  }
  return { changed, due, reachedSettled };
}

function mayGoOn(reading: Reading): boolean {
  reading.cutPage ||= reading.ports.isStopped?.() === true;
  return !reading.cutPage;
}

/** @param isKnown the table has the job, as far as is known @param print its fingerprint */
export async function record(
  reading: Reading,
  job: RestoreJob,
  isKnown: boolean,
  print = fingerprint(job),
): Promise<Recorded> {
  const { ledger, evaluator, known, onRecorded } = reading.ports;
  const recorded = await known.noting(job.jobId, () =>
    ledger.record(job, { ...sightingOf(reading), fingerprint: print }, isKnown, evaluator.annotating(job)),
  );
  reading.counts[recorded.outcome] += 1;
  if (recorded.outcome === 'let-go') return recorded;
  const { clusterName, kind } = recorded.job;
  if (isOfAnotherList(recorded.job, job)) {
    raiseDoubt(reading, `job ${job.jobId} on it is a ${kind} restore of ${clusterName}`);
    reading.watermark.missed(job.jobId);
    return recorded;
  }
  if (isUnresolved(recorded.job.requester)) notAttributed(reading, recorded.job);
  // What the ledger holds, not what we saw: where another collector was ahead, the next reading compares with theirs.
  hold(reading, job.jobId, recorded.job.fingerprint, recorded.job.status);
  onRecorded?.(recorded, reading.task.source);
  return recorded;
}

/** A job that looks as it did, but has run for too long by now, or is subject to other rules. */
async function reevaluate(reading: Reading, { jobId }: RestoreJob) {
  const { ledger, evaluator, onRecorded } = reading.ports;
  const { list, source } = reading.task;
  const recorded = await ledger.annotate(list.projectId, jobId, sightingOf(reading), evaluator.annotate);
  if (recorded.outcome !== 'let-go') onRecorded?.(recorded, source);
}
