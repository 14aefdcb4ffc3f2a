// local/atlas/model/timeline.ts: the state of a job at a given time, computed from the job alone.
import { HOUR, SECOND } from '../base/time.ts';
import type { SimJob } from './job.ts';

/** In the order in which a job can pass through them; the last four are ends. */
export const STAGES = [
  'pending',
  'queued',
  'running',
  'finalizing',
  'ready',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const;
export type Stage = (typeof STAGES)[number];

export interface JobState {
  stage: Stage;
  /** Share of the work done, 0 to 1; it stands still once a job has failed. */
  progress: number;
  /** When a restore ended, or a download became ready, in ms since the epoch. Absent while neither has happened. */
  endedAt?: number;
}

/** How long a dedicated download can be fetched: about an hour on record (docs/atlas.md#1-3). */
export const DOWNLOAD_LIFE_MS = HOUR;

const PENDING_MS = 3 * SECOND;
const QUEUED_MS = 10 * SECOND;
/** From this share of its time on, a collection restore is finalizing. */
const FINALIZING_FROM = 0.9;
/** How far a job had come when it was stopped. */
const STOPPED_AT = 0.6;

export function stateAt(job: SimJob, now: number): JobState {
  const elapsed = now - job.requestedAt;
  if (elapsed < job.durationMs) return { stage: openStage(job, elapsed), progress: progressAfter(job, elapsed) };
  const endedAt = job.requestedAt + job.durationMs;
  return { stage: lastStage(job, elapsed), progress: progressAfter(job, job.durationMs), endedAt };
}

/** True for a job whose data was put behind a URL, whether or not that still works. */
export const wasDelivered = (job: SimJob, { stage }: JobState) =>
  job.delivery === 'download' && (stage === 'ready' || stage === 'completed' || stage === 'expired');

function openStage({ kind, traits, durationMs }: SimJob, elapsed: number): Stage {
  if (elapsed < Math.min(PENDING_MS, durationMs * 0.1)) return 'pending';
  // 2 of 1,878 recorded flex jobs were seen QUEUED; a quarter of ours pass through it, so that every client meets it.
  if (kind === 'flex' && traits % 4 === 0 && elapsed < Math.min(QUEUED_MS, durationMs * 0.2)) return 'queued';
  if (kind === 'collection' && elapsed >= durationMs * FINALIZING_FROM) return 'finalizing';
  return 'running';
}

function lastStage(job: SimJob, elapsed: number): Stage {
  if (job.outcome === 'failedAndCancelled') return 'failed';
  const delivered = job.outcome === 'completed' || job.outcome === 'expired';
  // A flex download is simply COMPLETED: flex has no expired state (docs/atlas.md#1-2).
  if (delivered && job.delivery === 'download' && job.kind !== 'flex') {
    return elapsed < job.durationMs + DOWNLOAD_LIFE_MS ? 'ready' : 'expired';
  }
  return job.outcome;
}

function progressAfter({ outcome, durationMs }: SimJob, elapsed: number) {
  const whole = outcome === 'completed' || outcome === 'expired' ? 1 : STOPPED_AT;
  return durationMs === Number.POSITIVE_INFINITY ? 0 : whole * Math.max(0, Math.min(1, elapsed / durationMs));
}
