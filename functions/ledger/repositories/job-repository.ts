// functions/ledger/repositories/job-repository.ts: jobs: one job, one item, one conditional write.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { FIRST_ID, isObjectId, LAST_ID } from '../../restore/object-id.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { isAltered } from '../model/hash-chain.ts';
import type {
  Annotating,
  Annotations,
  Census,
  JobSummary,
  KnownJob,
  LedgerJob,
  Recorded,
  Sighting,
} from '../model/ledger.ts';
import {
  type Decision,
  mergeAnnotations,
  mergeObservation,
  mergeVanished,
  withoutHistory,
} from '../model/merge-observation.ts';
import { InTable } from '../model/uncounted.ts';
import { fitted, type Item, jobItem, jobSummary, ledgerJob, pick } from '../table/job-item.ts';
import { isJobSk, jobFeed, jobKey, jobSk, projectIdOf, projectPk } from '../table/keys.ts';
import { MAX_BATCH_KEYS, type Table } from '../table/table-port.ts';
import { ATTEMPTS, conflict } from './optimistic-write.ts';

const KNOWN_FIELDS: readonly (keyof KnownJob)[] = [
  'jobId',
  'clusterName',
  'kind',
  'status',
  'fingerprint',
  'firstSeenAt',
  'observedAt',
  'vanishedAt',
  'requester',
];
/**
 * Whole jobs read at once: an answer, parsed and unmarshalled, takes some 20 times its 2 KB a job, so that one of 1 MB would
 * be the largest thing in memory. Units are the same but for the last 4 KB of each answer.
 */
const WHOLE_JOBS = 100;

interface JobAt {
  projectId: string;
  jobId: string;
}

export class JobRepository {
  readonly #table: Table;
  /** Of the jobs that were given out whole: attributes that this version doesn't know have to survive a write. */
  readonly #items = new WeakMap<LedgerJob, Item>();

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Requests: new 1 write; with `known`, changed 1 read and 1 write, same and stale 1 read. A known job that wasn't said to be
   * known costs one refused write more. A writer that loses reads and decides again.
   */
  async record(job: RestoreJob, sighting: Sighting, known = false, annotating: Annotating = {}): Promise<Recorded> {
    return this.#write(job, known ? await this.#read(job) : undefined, (stored) =>
      mergeObservation(stored, job, sighting, annotating),
    );
  }

  /** Requests: 1 read, and 1 write where the mark is new. */
  async markVanished(at: JobAt, sighting: Sighting): Promise<Recorded> {
    return this.#change(at, 'vanish from it', (stored) => mergeVanished(stored, sighting));
  }

  /** Requests: 1 read, unless `read` is given, and 1 write where something is new. A writer that loses reads again. */
  async annotate(
    at: JobAt,
    sighting: Sighting,
    annotate: (job: JobSummary) => Partial<Annotations>,
    read?: LedgerJob,
  ): Promise<Recorded> {
    const held = read && this.#items.get(read);
    return this.#change(at, 'be annotated', (stored) => mergeAnnotations(stored, sighting, annotate), held);
  }

  /** Requests: 1 query for each 100 jobs. */
  async *known(projectId: string): AsyncGenerator<KnownJob> {
    const between = jobSks([FIRST_ID, LAST_ID]);
    const range = { partition: projectPk(projectId), between, consistent: true, limit: WHOLE_JOBS };
    for await (const item of this.#table.all(range)) {
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
    for await (const item of this.#table.all(range)) {
      const job = ledgerJob(item);
      this.#items.set(job, item);
      yield job;
    }
  }

  /** Requests: 1 query a MB of the table. */
  async count(projectId: string): Promise<number> {
    return this.#table.count({ partition: projectPk(projectId), between: jobSks([FIRST_ID, LAST_ID]) });
  }

  /** Requests: 1 scan a MB of the table, and of its index over all projects; of that twice where it shows less. */
  async census(): Promise<Map<string, Census>> {
    const before = await this.#countOfIndex();
    const table = await this.#inTable();
    const isBehind = [...table].some(([projectId, { jobs }]) => jobs > (before.get(projectId) ?? 0));
    // Jobs may have been recorded in between, and an index follows its table by a moment.
    const index = isBehind ? await this.#countOfIndex() : before;
    const projectIds = new Set([...table.keys(), ...index.keys()]);
    return new Map(
      [...projectIds].map((id) => {
        const inTable = table.get(id) ?? new InTable();
        return [id, { table: inTable, index: shown(before, index, inTable.jobs, id) }];
      }),
    );
  }

  async #inTable(): Promise<Map<string, InTable>> {
    const projects = new Map<string, InTable>();
    for await (const { pk, sk, jobId, firstSeenAt } of this.#table.scan({
      fields: ['pk', 'sk', 'jobId', 'firstSeenAt'],
    })) {
      if (!isJobSk(String(sk))) continue;
      const projectId = projectIdOf(String(pk));
      const project = projects.get(projectId) ?? new InTable();
      project.add(String(jobId), firstSeenAt);
      projects.set(projectId, project);
    }
    return projects;
  }

  async #countOfIndex(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for await (const { pk, sk } of this.#table.scan({ index: 'feed', fields: ['pk', 'sk'] })) {
      if (!isJobSk(String(sk))) continue;
      const projectId = projectIdOf(String(pk));
      counts.set(projectId, (counts.get(projectId) ?? 0) + 1);
    }
    return counts;
  }

  /** Requests: 1 query of the feed, since the id names its month. An index may be a moment behind the table. */
  async job(jobId: string): Promise<LedgerJob | undefined> {
    if (!isObjectId(jobId)) return undefined;
    const { feed, feedKey } = jobFeed(jobId);
    const { items } = await this.#table.query({ index: 'feed', partition: feed, between: [feedKey, feedKey] });
    return items[0] && ledgerJob(items[0]);
  }

  #read = ({ projectId, jobId }: JobAt) => this.#table.get(jobKey(projectId, jobId));

  async #change(at: JobAt, what: string, decideOn: (stored: LedgerJob) => Decision, held?: Item): Promise<Recorded> {
    return this.#write(at, held ?? (await this.#read(at)), (stored) => {
      if (stored) return decideOn(stored);
      const message = `job ${at.jobId} of project ${at.projectId} is not in the ledger, so it can't ${what}`;
      throw new LedgerError('LEDGER_CONFLICT', message);
    });
  }

  async #write(
    at: JobAt,
    read: Item | undefined,
    decideOn: (stored: LedgerJob | undefined) => Decision,
  ): Promise<Recorded> {
    let before = read;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const decision = decideOn(before && ledgerJob(before));
      if (!('job' in decision)) return { outcome: decision.outcome, job: jobSummary(before ?? {}) };
      const job = fitted(decision.job);
      // Revision alone isn't enough: progress is written without one, and an older answer must not pass it.
      const { revision, observedAt, fingerprint } = before ?? {};
      const condition = before ? ({ revision, observedAt, fingerprint } as Record<string, string>) : { pk: undefined };
      const change = 'change' in decision ? decision.change : undefined;
      const recorded = defined({ outcome: decision.outcome, job: withoutHistory(job), change });
      const written = await this.#table.put(jobItem(job, before), condition);
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

/** What was recorded after the table was counted is in neither count. */
function shown(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  items: number,
  projectId: string,
): number {
  const [first = 0, second = 0] = [before, after].map((counts) => counts.get(projectId));
  return first > items ? first : Math.min(second, items);
}
