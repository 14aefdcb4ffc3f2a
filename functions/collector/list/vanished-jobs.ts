// functions/collector/list/vanished-jobs.ts: jobs that a list no longer shows, confirmed one by one.
import { AtlasError } from '../../atlas/model/errors.ts';
import type { Recorded } from '../../ledger/model/ledger.ts';
import { CLOCK_TOLERANCE_MS } from '../../ledger/model/merge-observation.ts';
import { isOpen } from '../../restore/job.ts';
import type { RedactedJob } from '../../restore/redact/redact.ts';
import type { Known, KnownOfList } from './known-jobs.ts';
import { type Reading, raiseDoubt, sightingOf } from './reading.ts';
import { record } from './record-page.ts';
import { understand } from './understand.ts';

/** Single reads spent in one attempt on confirming that a job is really gone; the rest waits for the next full reading. */
const MAX_CONFIRMATIONS = 100;

/**
 * Jobs that the table had before the list was requested, and that the list passed without showing them.
 * @param ended the list was read to its end
 * @throws AtlasError, LedgerError
 */
export async function findVanished(reading: Reading, known: KnownOfList, ended: boolean) {
  const { window, ports, startedAt } = reading;
  const wasThere = ({ vanished, observedMs }: Known) =>
    !vanished && (observedMs < Date.parse(startedAt) || observedMs > ports.time.now() + CLOCK_TOLERANCE_MS);
  const missing = [...known].filter(([id, job]) => !window.has(id) && wasThere(job) && window.passed(id, ended));
  if (missing.length > MAX_CONFIRMATIONS) reading.unproven = true;
  for (const [jobId] of missing.slice(0, MAX_CONFIRMATIONS)) {
    if (ports.outOfTime()) {
      reading.unproven = true;
      // Whether they are gone is not known.
      if (!reading.metKnown && !reading.task.resume) raiseDoubt(reading, noneOf(known.size));
      return;
    }
    await confirmVanished(reading, jobId);
  }
}

export const noneOf = (jobs: number) => `none of the ${jobs} jobs that are known of it are on it`;

/** A list that shrinks while it is read skips jobs, so one that is missing is requested by its id. */
async function confirmVanished(reading: Reading, jobId: string) {
  const element = await jobFromAtlas(reading, jobId, (error) => error.absence === 'job');
  if (!element) return markVanished(reading, jobId);
  raiseDoubt(reading, `job ${jobId} is not on it, though Atlas has it`);
  await recordOne(reading, element);
}

/** A job of a list that no longer exists. @returns whether it is still open @throws AtlasError, LedgerError */
export async function settle(reading: Reading, jobId: string): Promise<boolean> {
  const element = await jobFromAtlas(reading, jobId, ({ absence }) => absence !== undefined && absence !== 'project');
  if (element) {
    const recorded = await recordOne(reading, element);
    return recorded === undefined || isOpen(recorded.job.status);
  }
  await markVanished(reading, jobId);
  return false;
}

/** Undefined where Atlas answers that there is no such job. */
async function jobFromAtlas(
  { task, ports }: Reading,
  jobId: string,
  isGone: (error: AtlasError) => boolean,
): Promise<RedactedJob | undefined> {
  try {
    return await ports.atlas.job(task.list, jobId);
  } catch (error) {
    if (error instanceof AtlasError && isGone(error)) return undefined;
    throw error;
  }
}

async function recordOne(reading: Reading, element: RedactedJob): Promise<Recorded | undefined> {
  const job = understand(reading, element);
  if (!job) return undefined;
  await reading.ports.evaluator.prepare([job]);
  return record(reading, job, true);
}

async function markVanished(reading: Reading, jobId: string) {
  const { list, source } = reading.task;
  const recorded = await reading.ports.ledger.markVanished(list.projectId, jobId, sightingOf(reading));
  if (recorded.outcome === 'let-go') return;
  if (recorded.outcome === 'changed') reading.counts.vanished += 1;
  reading.ports.onRecorded?.(recorded, source);
}
