// functions/collector/evaluate/attribute-requesters.ts: the attribution of a project's new restores to their requesters, from one reading of its events.
import type { Atlas } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { AttributionCoverage } from '../../ledger/model/coverage.ts';
import { canonicalJson } from '../../ledger/model/fingerprint.ts';
import type { JobSummary, Ledger, LedgerJob, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import type { Log } from '../../platform/log.ts';
import type { AtlasEvent } from '../../restore/requesters/event.ts';
import { MATCH_REACH_SECONDS, matchRequests, REQUEST_TYPES } from '../../restore/requesters/match-requests.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import {
  earliest,
  FINAL_AFTER_MS,
  failedAgain,
  inTime,
  iso,
  isPending,
  isUnresolved,
  nextAttempt,
  TOO_MANY_EVENTS,
  withError,
  withoutWork,
} from './attribution.ts';

export interface AttributePorts {
  atlas: Atlas;
  ledger: Ledger;
  log: Log;
  now(): number;
  /** True when what is left should wait for the next collection. */
  outOfTime(): boolean;
  /** To be waited for before `findings`. */
  prepare(jobs: readonly Pick<JobSummary, 'targetProjectId'>[]): Promise<void>;
  /** The findings of a job whose requester has become known. */
  findings(job: JobSummary): Finding[];
  onRecorded(recorded: Recorded): void;
}

export interface AttributeTask {
  projectId: string;
  runId: string;
  /** Request time of the oldest job to attribute. */
  from: string;
  /** What the coverage knew. */
  stored: AttributionCoverage | undefined;
}

/** Jobs and events so much before those that are wanted can be their rivals. */
const REACH_MS = MATCH_REACH_SECONDS * 1_000;
/** Pages of 500 events of requests; a project with more restores than that is attributed as far back as they reach. */
const MAX_PAGES = 40;
/** Jobs matched with events at once, some 2 KB each. */
const JOBS_AT_ONCE = 2_500;
/** Jobs read in one collection; the next goes on where this one stops. */
const MAX_JOBS = 20_000;
/** DynamoDB calls under way at once. */
const PARALLEL_WRITES = 8;
/** Jobs kept in memory from the first reading until they are attributed. Where there are more, all are read again. */
const MAX_HELD = 100;

type Unattributed = Pick<LedgerJob, 'jobId' | 'kind' | 'delivery' | 'requestedAt' | 'requester' | 'targetProjectId'>;

/** Jobs that follow each other in time. */
interface Stretch {
  /** All of them, with those just before that can be their rivals. */
  jobs: Unattributed[];
  /** Those to attribute. */
  open: Unattributed[];
  /** Whole, where they are few. */
  held: LedgerJob[];
  /** How far events are to be read. */
  until: string;
  /** Where the next stretch begins; absent after the last. */
  next?: string;
}

/** By job: what is to be written. */
type Updates = Map<string, { job: Unattributed; requester: Requester }>;

/** What one reading of events brought. */
interface Reading {
  events: AtlasEvent[];
  /** Everything from here on was read. */
  since: string;
}

/** What was found out about a stretch. */
interface Answers {
  updates: Updates;
  /** Whose events may still come. */
  pending: Unattributed[];
  failure: AtlasError | undefined;
  /** Time ran out before the events were read. */
  stopped?: true;
}

/**
 * Goes through the jobs since `from` stretch by stretch, so that memory holds one of them. Requests, for each stretch: 1 query
 * a page of the project's jobs, again where more than `MAX_HELD` are to be attributed, one listing of events, 1 write for
 * each job of which more is known than before. Events that can't be read cost the attribution only, and are not requested again.
 * @throws LedgerError
 */
export async function attributeRequesters(task: AttributeTask, ports: AttributePorts): Promise<AttributionCoverage> {
  const { projectId, stored } = task;
  const startedAt = ports.now();
  /** Request times of what is left to the next attempt. */
  const left: string[] = [];
  let [attempted, seen] = [false, 0];
  let failed: { error: AtlasError; from: string } | undefined;
  for (let from: string | undefined = task.from; from !== undefined; ) {
    const stretch: Stretch = await readStretch(projectId, from, ports);
    seen += stretch.jobs.length;
    if (stretch.open.length > 0) {
      const { updates, pending, failure, stopped }: Answers = await answersOf(
        stretch,
        failed?.error,
        projectId,
        startedAt,
        ports,
      );
      if (failure && !failed) failed = { error: failure, from };
      attempted ||= !stopped;
      left.push(...pending.map(({ requestedAt }) => requestedAt));
      await write(updates, stretch, { ...task, startedAt }, ports);
      left.push(...[...updates.values()].map(({ job }) => job.requestedAt));
    }
    from = stretch.next;
    if (from !== undefined && (seen >= MAX_JOBS || ports.outOfTime())) {
      left.push(from);
      break;
    }
  }
  if (failed?.error.transient) return failedAgain(stored, failed.error, earliest([...left, failed.from]), startedAt);
  if (!attempted) return { ...withoutWork(stored), ...nextAttempt(left, startedAt) };
  const base = failed ? withError(stored, failed.error, startedAt) : { readAt: iso(startedAt) };
  return { ...base, ...nextAttempt(left, startedAt) };
}

/** The oldest that are to be attributed. */
async function readStretch(projectId: string, from: string, { ledger, now }: AttributePorts): Promise<Stretch> {
  const stretch: Stretch = { jobs: [], open: [], held: [], until: iso(now()) };
  const { jobs, open, held } = stretch;
  // Rivals count, whether or not they are known already.
  for await (const job of ledger.projectJobs(projectId, { since: iso(Date.parse(from) - REACH_MS) })) {
    const { jobId, kind, delivery, requestedAt, requester, targetProjectId: target } = job;
    // However many jobs were requested at once, the next stretch begins well after this one, and rivals are no large part of it.
    const mayEnd = jobs.length >= JOBS_AT_ONCE && Date.parse(requestedAt) - Date.parse(from) > 2 * REACH_MS;
    if (mayEnd || jobs.length >= MAX_JOBS) {
      // Of the last, rivals may be among those that follow.
      const next = later(iso(Date.parse(requestedAt) - REACH_MS), open[0]?.requestedAt ?? '');
      // The events of the last may come a little later than the jobs that are left out.
      const until = iso(Date.parse(requestedAt) + REACH_MS);
      return { ...stretch, open: open.filter((each) => each.requestedAt < next), until, next };
    }
    const known = { ...(requester ? { requester } : {}), ...(target === undefined ? {} : { targetProjectId: target }) };
    const kept = { jobId, kind, delivery, requestedAt, ...known };
    jobs.push(kept);
    if (requestedAt < from || !isUnresolved(requester)) continue;
    open.push(kept);
    if (held.length < MAX_HELD) held.push(job);
  }
  return stretch;
}

/**
 * Events and all that the match makes of them are gone when this returns: writing takes much longer.
 * @param failed why events could not be read before
 */
async function answersOf(
  { jobs, open, until }: Stretch,
  failed: AtlasError | undefined,
  projectId: string,
  startedAt: number,
  ports: AttributePorts,
): Promise<Answers> {
  await ports.prepare(open);
  const read = failed ?? (await readEvents(projectId, open[0]?.requestedAt ?? until, until, ports));
  // A call that was cut off, or not made any more, is no failure of Atlas.
  if (read instanceof AtlasError && !failed && ports.outOfTime()) {
    return { updates: new Map(), pending: open, failure: undefined, stopped: true };
  }
  const verdicts = read instanceof AtlasError ? undefined : matchRequests(jobs, read.events);
  const verdictOf = (job: Unattributed): Requester => {
    if (read instanceof AtlasError) {
      const isYoung = startedAt - Date.parse(job.requestedAt) < FINAL_AFTER_MS;
      return read.transient && isYoung ? { reason: 'pending' } : { reason: 'not-read', detail: read.code };
    }
    if (job.requestedAt < read.since) return { reason: 'not-read', detail: TOO_MANY_EVENTS };
    return inTime(verdicts?.get(job.jobId) ?? { reason: 'none' }, startedAt - Date.parse(job.requestedAt));
  };
  const answers: Answers = { updates: new Map(), pending: [], failure: read instanceof AtlasError ? read : undefined };
  for (const job of open) {
    const requester = verdictOf(job);
    if (isPending(requester)) answers.pending.push(job);
    if (!isSame(requester, job.requester)) answers.updates.set(job.jobId, { job, requester });
  }
  return answers;
}

/** Leaves in `updates` what there was no time for. */
async function write(
  updates: Updates,
  { open, held }: Pick<Stretch, 'open' | 'held'>,
  { projectId, runId, startedAt }: { projectId: string; runId: string; startedAt: number },
  ports: AttributePorts,
): Promise<void> {
  const { ledger } = ports;
  const sighting: Sighting = { runId, observedAt: iso(startedAt) };
  const [oldest] = open;
  const again =
    oldest && open.length > held.length ? ledger.projectJobs(projectId, { since: oldest.requestedAt }) : held;
  const turns = inTurn(updates, again, ports.outOfTime);
  const writer = async () => {
    for await (const { read, requester } of turns) {
      const annotate = (stored: JobSummary) =>
        // Another collector may have found out more.
        isUnresolved(stored.requester) ? { requester, findings: ports.findings({ ...stored, requester }) } : {};
      ports.onRecorded(await ledger.annotate(projectId, read.jobId, sighting, annotate, read));
    }
  };
  await forEachConcurrent(Array<typeof writer>(PARALLEL_WRITES).fill(writer), PARALLEL_WRITES, (write) => write());
}

/** Takes each update out of `updates`; what stays there was left for want of time. */
async function* inTurn(
  updates: Updates,
  jobs: Iterable<LedgerJob> | AsyncIterable<LedgerJob>,
  outOfTime: () => boolean,
): AsyncGenerator<{ read: LedgerJob; requester: Requester }> {
  if (updates.size === 0) return;
  for await (const read of jobs) {
    if (outOfTime()) return;
    const found = updates.get(read.jobId);
    if (!found) continue;
    updates.delete(read.jobId);
    yield { read, requester: found.requester };
    if (updates.size === 0) return;
  }
}

const isSame = (a: Requester, b: Requester | undefined): boolean => canonicalJson(a) === canonicalJson(b);

const later = (a: string, b: string) => (a > b ? a : b);

async function readEvents(
  projectId: string,
  oldest: string,
  until: string,
  { atlas, log }: AttributePorts,
): Promise<Reading | AtlasError> {
  const since = iso(Date.parse(oldest) - REACH_MS);
  const events: AtlasEvent[] = [];
  try {
    let pages = 0;
    let last: string | undefined;
    for await (const page of atlas.events({ projectId, types: REQUEST_TYPES, since, until })) {
      events.push(...page);
      pages += 1;
      last = page.at(-1)?.created ?? last; // a page may hold no event of these types
      if (pages >= MAX_PAGES) return { events, since: last === undefined ? until : iso(Date.parse(last) + REACH_MS) };
    }
    return { events, since };
  } catch (error) {
    if (!(error instanceof AtlasError)) throw error;
    const { code, message: reason } = error;
    log.info('events could not be read, so requesters are not known', { projectId, code, reason });
    return error;
  }
}
