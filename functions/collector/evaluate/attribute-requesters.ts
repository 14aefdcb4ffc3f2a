// functions/collector/evaluate/attribute-requesters.ts: the attribution of a project's new restores to their requesters.
import type { Atlas } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { AttributionCoverage } from '../../ledger/model/coverage.ts';
import { canonicalJson } from '../../ledger/model/fingerprint.ts';
import type { Log } from '../../platform/log.ts';
import { matchRequests } from '../../restore/requesters/match-requests.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import {
  type Attempted,
  attributionAfter,
  FINAL_AFTER_MS,
  inTime,
  iso,
  isPending,
  TOO_MANY_EVENTS,
} from './attribution.ts';
import { type RequestEvents, readRequestEvents } from './request-events.ts';
import {
  FIRST_JOBS,
  type JobBatch,
  MAX_JOBS,
  MAX_JOBS_AT_ONCE,
  readBatch,
  type Unattributed,
} from './unattributed-jobs.ts';
import { type Updates, type WritePorts, writeRequesters } from './write-requesters.ts';

export interface AttributePorts extends WritePorts {
  atlas: Atlas;
  log: Log;
  now(): number;
  /** To be waited for before `findings`. */
  prepare(jobs: readonly Unattributed[]): Promise<void>;
}

export interface AttributeTask {
  projectId: string;
  runId: string;
  /** Request time of the oldest job to attribute. */
  from: string;
  /** What the coverage knew. */
  stored: AttributionCoverage | undefined;
  /** Whether a job that is in the table may be deleted meanwhile. @default none */
  isLetGo?(jobId: string): boolean;
}

/** What was found out about a batch. */
interface Answers {
  updates: Updates;
  /** Whose events may still come. */
  pending: Unattributed[];
  failure?: AtlasError;
  /** Events were requested. */
  attempted: boolean;
}

/** A batch of which everything is known but not yet written. */
interface Matched extends Answers {
  batch: JobBatch;
  /** Where it begins. */
  from: string;
}

/**
 * Goes through the jobs since `from` in batches, so that memory holds two of them: the events of one are read while the requesters of
 * the one before are written. Requests, for each batch: 1 query a page of the project's jobs, again where more are to be attributed
 * than memory holds whole, one listing of events, 1 write for each job of which more is known than before. Events that can't be read
 * cost the attribution only, and are not requested again.
 * @throws LedgerError
 */
export async function attributeRequesters(task: AttributeTask, ports: AttributePorts): Promise<AttributionCoverage> {
  const { projectId, runId, stored, isLetGo } = task;
  const startedAt = ports.now();
  const sighting = { runId, observedAt: iso(startedAt), isLetGo };
  const left: string[] = [];
  let [attempted, seen] = [false, 0];
  let failed: Attempted['failed'];
  let size = FIRST_JOBS;
  const match = async (from: string): Promise<Matched> => {
    const batch = await readBatch(projectId, { from, size }, ports);
    size = Math.min(2 * size, MAX_JOBS_AT_ONCE);
    const answers = await answersOf(batch, { projectId, startedAt, failed: failed?.error }, ports);
    return { batch, from, ...answers };
  };
  for (let matched: Matched | undefined = await match(task.from); matched !== undefined; ) {
    const { batch, updates, pending, failure, from }: Matched = matched;
    seen += batch.jobs.length;
    attempted ||= matched.attempted;
    if (failure) failed ??= { error: failure, from };
    let { next } = batch;
    if (next !== undefined && (seen >= MAX_JOBS || ports.outOfTime())) {
      left.push(next);
      next = undefined;
    }
    [, matched] = await bothOf(
      writeRequesters(updates, batch, { projectId, sighting }, ports),
      next === undefined ? undefined : match(next),
    );
    const unwritten = [...updates.values()].map(({ job }) => job);
    left.push(...[...pending, ...unwritten].map(({ requestedAt }) => requestedAt));
  }
  return attributionAfter(stored, { left, attempted, failed }, startedAt);
}

/** Both, once both have ended: where one fails, the other doesn't go on in the background. @throws what one of them throws */
async function bothOf<A, B>(a: Promise<A>, b: Promise<B> | undefined): Promise<[A, B | undefined]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/**
 * Events and all that the match makes of them are gone when this returns: writing takes much longer.
 * @param failed why events could not be read before
 */
async function answersOf(
  { jobs, open, until }: JobBatch,
  { projectId, startedAt, failed }: { projectId: string; startedAt: number; failed: AtlasError | undefined },
  ports: AttributePorts,
): Promise<Answers> {
  const [first] = open;
  if (first === undefined) return { updates: new Map(), pending: [], attempted: false };
  await ports.prepare(open);
  const read =
    failed ?? (await readRequestEvents(projectId, { oldest: first.requestedAt, until, expected: open.length }, ports));
  const isFailure = read instanceof AtlasError;
  // A call that was cut off, or not made any more, is no failure of Atlas.
  if (isFailure && !failed && ports.outOfTime()) return { updates: new Map(), pending: open, attempted: false };
  const requesterOf = isFailure ? unread(read) : byEvents(jobs, read);
  const answers: Answers = {
    updates: new Map(),
    pending: [],
    attempted: true,
    ...(isFailure ? { failure: read } : {}),
  };
  for (const job of open) {
    const requester = requesterOf(job, startedAt - Date.parse(job.requestedAt));
    if (isPending(requester)) answers.pending.push(job);
    if (canonicalJson(requester) !== canonicalJson(job.requester)) answers.updates.set(job.jobId, { job, requester });
  }
  return answers;
}

type RequesterOf = (job: Unattributed, ageMs: number) => Requester;

const unread =
  ({ transient, code }: AtlasError): RequesterOf =>
  (_, ageMs) =>
    transient && ageMs < FINAL_AFTER_MS ? { reason: 'pending' } : { reason: 'not-read', detail: code };

function byEvents(jobs: readonly Unattributed[], { events, since }: RequestEvents): RequesterOf {
  const verdicts = matchRequests(jobs, events);
  return ({ jobId, requestedAt }, ageMs) =>
    requestedAt < since
      ? { reason: 'not-read', detail: TOO_MANY_EVENTS }
      : inTime(verdicts.get(jobId) ?? { reason: 'none' }, ageMs);
}
