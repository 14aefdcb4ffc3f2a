// functions/ledger/repositories/job-repository.ts: jobs: one job, one item, one conditional write.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { FIRST_ID, isObjectId, LAST_ID } from '../../restore/object-id.ts';
import type { DayMarker } from '../days/day-marker.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { isAltered } from '../model/hash-chain.ts';
import {
  type Annotating,
  type Annotations,
  type JobSummary,
  KNOWN_FIELDS,
  type KnownJob,
  type LedgerJob,
  type Recorded,
  type Sighting,
} from '../model/ledger.ts';
import {
  type Decision,
  mergeAnnotations,
  mergeObservation,
  mergeVanished,
  withoutHistory,
} from '../model/merge-observation.ts';
import { fitted, type Item, jobItem, jobSummary, ledgerJob, pick } from '../table/job-item.ts';
import { jobFeed, jobKey, jobSk, projectPk } from '../table/keys.ts';
import { everything, MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import { ATTEMPTS, conflict } from './optimistic-write.ts';

/**
 * Whole jobs read at once: an answer, parsed and unmarshalled, takes some 20 times its 2 KB a job, so that one of 1 MB would
 * be the largest thing in memory. Units are the same but for the last 4 KB of each answer.
 */
export const WHOLE_JOBS = 100;

interface JobAt {
  projectId: string;
  jobId: string;
}

export class JobRepository {
  readonly #table: Table;
  readonly #days: DayMarker;
  /** Raw items of jobs we returned; attributes unknown to this version must survive a write. */
  readonly #items = new WeakMap<LedgerJob, Item>();

  constructor(table: Table, days: DayMarker) {
    this.#table = table;
    this.#days = days;
  }

  /**
   * Requests, and 1 write more for the first job of a day that isn't marked: new 1 write; with `known`, changed 1 read and 1 write, same and stale 1 read. Without `known`, an
   * existing job costs one extra, rejected write. A writer that loses reads and merges again.
   */
  async record(job: RestoreJob, sighting: Sighting, known = false, annotating: Annotating = {}): Promise<Recorded> {
    const read = known ? await this.#read(job) : undefined;
    return this.#write(job, read, (stored) => mergeObservation(stored, job, sighting, annotating));
  }

  /** Requests: 1 read, and 1 write where the mark is new. */
  async markVanished(at: JobAt, sighting: Sighting): Promise<Recorded> {
    return this.#change(at, sighting, 'vanish from it', (stored) => mergeVanished(stored, sighting));
  }

  /** Requests: 1 read, unless `read` is given, and 1 write where something is new. A writer that loses reads again. */
  async annotate(
    at: JobAt,
    sighting: Sighting,
    annotate: (job: JobSummary) => Partial<Annotations>,
    read?: LedgerJob,
  ): Promise<Recorded> {
    const held = read && this.#items.get(read);
    return this.#change(at, sighting, 'be annotated', (stored) => mergeAnnotations(stored, sighting, annotate), held);
  }

  /** Requests: 1 query for each 100 jobs. */
  async *known(projectId: string): AsyncGenerator<KnownJob> {
    const between = jobSks([FIRST_ID, LAST_ID]);
    const range = { partition: projectPk(projectId), between, consistent: true, limit: WHOLE_JOBS };
    for await (const item of everything(this.#table, range)) {
      const known = pick<KnownJob>(item, KNOWN_FIELDS);
      yield isAltered(ledgerJob(item)) ? { ...known, altered: true } : known;
    }
  }

  /** Requests: 1 batch read for each 100. */
  async lookUp(projectId: string, jobIds: readonly string[]): Promise<KnownJob[]> {
    const found: KnownJob[] = [];
    for (const some of chunks(jobIds, MAX_BATCH_KEYS)) {
      const keys = some.map((jobId) => jobKey(projectId, jobId));
      const items = await this.#table.batchGet(keys, { consistent: true, fields: KNOWN_FIELDS });
      found.push(...items.map((item) => pick<KnownJob>(item, KNOWN_FIELDS)));
    }
    return found;
  }

  /** Requests: 1 query for each 100 jobs. */
  async *ofProject(projectId: string, between: readonly [string, string]): AsyncGenerator<LedgerJob> {
    if (between[0] > between[1]) return;
    const range = { partition: projectPk(projectId), between: jobSks(between), consistent: true, limit: WHOLE_JOBS };
    for await (const item of everything(this.#table, range)) {
      const job = ledgerJob(item);
      this.#items.set(job, item);
      yield job;
    }
  }

  /** Requests: 1 query a MB of the table. */
  async count(projectId: string): Promise<number> {
    return this.#table.count({ partition: projectPk(projectId), between: jobSks([FIRST_ID, LAST_ID]) });
  }

  /** Requests: 1 query of the feed, since the id names its month, and 1 read. An index may be a moment behind the table. */
  async job(jobId: string): Promise<LedgerJob | undefined> {
    if (!isObjectId(jobId)) return undefined;
    const { feed, feedKey } = jobFeed(jobId);
    const { items } = await this.#table.query({ index: 'feed', partition: feed, between: [feedKey, feedKey] });
    const [entry] = items;
    const item = entry && (await this.#table.get({ pk: String(entry.pk), sk: String(entry.sk) }));
    return item && ledgerJob(item);
  }

  #read = ({ projectId, jobId }: JobAt) => this.#table.get(jobKey(projectId, jobId));

  async #change(
    at: JobAt,
    { isLetGo }: Sighting,
    what: string,
    merge: (stored: LedgerJob) => Decision,
    held?: Item,
  ): Promise<Recorded> {
    return this.#write(at, held ?? (await this.#read(at)), (stored) => {
      if (stored) return merge(stored);
      if (isLetGo?.(at.jobId)) return { outcome: 'let-go' };
      const message = `job ${at.jobId} of project ${at.projectId} is not in the ledger, so it can't ${what}`;
      throw new LedgerError('LEDGER_CONFLICT', message);
    });
  }

  async #write(
    at: JobAt,
    read: Item | undefined,
    merge: (stored: LedgerJob | undefined) => Decision,
  ): Promise<Recorded> {
    let before = read;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const decision = merge(before && ledgerJob(before));
      if (!('job' in decision)) return { outcome: decision.outcome, job: jobSummary(before ?? {}) };
      const job = fitted(decision.job);
      // Revision alone isn't enough: progress is written without one, and an older answer must not pass it.
      const { revision, observedAt, fingerprint } = before ?? {};
      const condition = before ? ({ revision, observedAt, fingerprint } as Record<string, string>) : { pk: undefined };
      const change = 'change' in decision ? decision.change : undefined;
      const recorded = defined({ outcome: decision.outcome, job: withoutHistory(job), change });
      const item = jobItem(job, before);
      const written = await this.#days.writing([at.jobId], () => this.#table.put(item, condition));
      if (written.done) return recorded;
      before = await this.#read(at);
      if (written.repeated && before && isOurs(ledgerJob(before), job)) return recorded;
    }
    throw conflict(`job ${at.jobId}`);
  }
}

/** A request whose answer was lost is sent again by the SDK, and then refused because it had been carried out. */
function isOurs(stored: LedgerJob, written: LedgerJob): boolean {
  return (
    stored.observedAt === written.observedAt &&
    stored.fingerprint === written.fingerprint &&
    canonicalJson(stored.changes.at(-1)) === canonicalJson(written.changes.at(-1))
  );
}

const jobSks = ([from, to]: readonly [string, string]) => [jobSk(from), jobSk(to)] as const;
