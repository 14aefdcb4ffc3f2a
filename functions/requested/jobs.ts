// functions/requested/jobs.ts: reports that were asked for of the API of a stack, and what becomes of each. Pure.
import { hash } from 'node:crypto';
import { canonicalJson } from '../ledger/model/fingerprint.ts';
import { defined } from '../platform/defined.ts';
import { type EvidenceJob, TooManyEvidenceJobs } from '../report/model/jobs.ts';
import type { Outcome } from '../report/model/outcome.ts';
import type { EvidenceRequest } from '../report/model/request.ts';
import type { Annotator } from '../restore/annotations.ts';

/** How often a function says that it is at work, in ms. */
export const BEAT_MS = 15_000;
/**
 * Who has said nothing for so long has died, in ms, or has never begun. Lambda makes a second attempt a minute after the first, and
 * what is late is refused, so that a failed job stays failed.
 */
export const SILENT_MS = 5 * 60_000;
/** How long a job is known, and its report can be fetched, after its end, in ms. */
export const KEPT_MS = 3_600_000;
/** Each takes a function of one processor, and reads the ledger as fast as it can. */
export const MAX_RUNNING = 2;
const MAX_KEPT = 8;
/** The second is for what passes: throttling, a function that was stopped. */
export const MAX_ATTEMPTS = 2;
const RETRY_SECONDS = 30;

/** Where in the bucket a report is. */
export interface KeptReport {
  /** Below the prefix of requested reports. */
  name: string;
  bytes: number;
}

export interface RequestedJob {
  /** The same for the same request. */
  id: string;
  request: EvidenceRequest;
  /** ISO 8601 in UTC, as are all times here. */
  requestedAt: string;
  /** Who asked first, where that is known. */
  requestedBy?: Annotator;
  /** How many were begun. The last one alone may say anything. */
  attempts: number;
  /** When something was last heard of it. */
  heardAt: string;
  progress?: string;
  endedAt?: string;
  /** Of one that failed, for people. */
  reason?: string;
  outcome?: Outcome;
  report?: KeptReport;
}

export type Ending = { outcome: Outcome; report: KeptReport } | { reason: string };

/** Of a request, 24 hex digits. */
export const jobIdOf = (request: EvidenceRequest) => hash('sha256', canonicalJson(request), 'hex').slice(0, 24);

/** When it ended, as far as that is known: one of which nothing is heard any more has. In ms since the epoch. */
function endOf({ endedAt, heardAt }: RequestedJob, now: number): number | undefined {
  if (endedAt !== undefined) return Date.parse(endedAt);
  const silentSince = Date.parse(heardAt) + SILENT_MS;
  return now >= silentSince ? silentSince : undefined;
}

const isRunning = (job: RequestedJob, now: number) => endOf(job, now) === undefined;

/** Those that are still known. */
export const keptJobs = (jobs: readonly RequestedJob[], now: number): RequestedJob[] =>
  jobs.filter((job) => now < (endOf(job, now) ?? now) + KEPT_MS);

/** As whoever asks sees it. */
export function jobAt(job: RequestedJob, now: number): EvidenceJob {
  const { id, request, requestedAt, requestedBy, attempts, progress, reason, outcome, report } = job;
  const end = endOf(job, now);
  const about = { id, request, requestedAt, ...defined({ requestedBy }) };
  if (end === undefined) return { ...about, state: 'running', ...defined({ progress }) };
  const endedAt = new Date(end).toISOString();
  if (report) return { ...about, state: 'done', endedAt, ...defined({ outcome }) };
  const silence =
    attempts === 0
      ? `nothing began to make it within ${SILENT_MS / 60_000} minutes`
      : 'what made it ended without a word, as where memory runs out: the log of the function Report may say more';
  return { ...about, state: 'failed', endedAt, reason: reason ?? silence };
}

export interface Started {
  jobs: RequestedJob[];
  job: RequestedJob;
  /** Somebody has to make it. */
  isNew: boolean;
}

/** The same request gets the same job, whoever asks, unless that failed: then it begins anew. @throws TooManyEvidenceJobs */
export function started(
  all: readonly RequestedJob[],
  request: EvidenceRequest,
  now: number,
  requestedBy?: Annotator,
): Started {
  const jobs = keptJobs(all, now);
  const id = jobIdOf(request);
  const same = jobs.find((job) => job.id === id);
  if (same && jobAt(same, now).state !== 'failed') return { jobs, job: same, isNew: false };
  if (jobs.filter((job) => isRunning(job, now)).length >= MAX_RUNNING)
    throw new TooManyEvidenceJobs(`${MAX_RUNNING} reports are being made: ask again once one is`, RETRY_SECONDS);
  const requestedAt = new Date(now).toISOString();
  const job = { id, request, requestedAt, ...defined({ requestedBy }), attempts: 0, heardAt: requestedAt };
  const others = jobs.filter((each) => each.id !== id);
  const ended = others.filter((each) => !isRunning(each, now));
  const oldest = new Set(ended.slice(0, Math.max(0, others.length + 1 - MAX_KEPT)));
  return { jobs: [...others.filter((each) => !oldest.has(each)), job], job, isNew: true };
}

/** Undefined where it has ended, was never asked for, or was begun too often. */
export function begun(jobs: readonly RequestedJob[], id: string, now: number): RequestedJob | undefined {
  const job = jobs.find((each) => each.id === id);
  if (!job || !isRunning(job, now) || job.attempts >= MAX_ATTEMPTS) return undefined;
  return { ...job, attempts: job.attempts + 1, heardAt: new Date(now).toISOString() };
}

/** @param change what is known of it now. @returns undefined where another attempt was begun since, or it has ended */
export function heard(
  jobs: readonly RequestedJob[],
  { id, attempts }: Pick<RequestedJob, 'id' | 'attempts'>,
  change: { progress: string } | Ending,
  now: number,
): RequestedJob | undefined {
  const job = jobs.find((each) => each.id === id);
  if (!job || !isRunning(job, now) || job.attempts !== attempts) return undefined;
  const at = new Date(now).toISOString();
  if ('progress' in change) return { ...job, heardAt: at, ...change };
  const { progress: _, ...rest } = job;
  return { ...rest, heardAt: at, endedAt: at, ...change };
}
