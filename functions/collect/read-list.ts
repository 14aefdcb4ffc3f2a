// functions/collect/read-list.ts reads one list of restore jobs, as far down as something can have changed, into the ledger.
import type { Atlas, JobList, JobPage } from '../atlas/atlas.ts';
import { AtlasError } from '../atlas/errors.ts';
import type { ListCoverage, Problem, Resume } from '../ledger/coverage.ts';
import { fingerprint } from '../ledger/fingerprint.ts';
import type { Ledger, Outcome, Recorded, Sighting } from '../ledger/ledger.ts';
import { FieldError } from '../restore/fields.ts';
import { isOpen, type RestoreJob, type Source, type Status } from '../restore/job.ts';
import { normalise } from '../restore/normalise.ts';
import { isObjectId, lowestIdAt, requestedAt } from '../restore/object-id.ts';
import { isToBeFound } from './attribute.ts';
import { type BegunList, newestOf } from './begin-lists.ts';
import type { Judge } from './judge.ts';
import type { Places } from './places.ts';
import { Successes } from './successes.ts';
import { DAY_MS, Unsettled } from './unsettled.ts';

export interface ReadListPorts {
  atlas: Atlas;
  ledger: Ledger;
  now(): number;
  /** True when the reading should stop at the next page, so that nothing is cut off half-way. */
  outOfTime(): boolean;
  judge: Judge;
  /** For one job written each. */
  writes: Places;
  onRecorded?(recorded: Recorded, source: Source): void;
}

export interface ListTask {
  list: JobList;
  source: Source;
  runId: string;
  /** What the coverage knew of this list. */
  stored: ListCoverage | undefined;
  /** Read to the end, and look for jobs that have vanished. */
  full: boolean;
  /** Where an earlier message of the same order stopped. */
  resume?: Resume | undefined;
  /** Pages to ask for before their turn, where all are wanted. */
  ahead: number;
  /** Its first page, where that is under way already. */
  begun?: BegunList | undefined;
}

export type ListCounts = Record<Outcome | 'vanished' | 'seen' | 'problems', number>;

/** What one attempt found out. */
export interface ListReading {
  startedAt: string;
  complete: boolean;
  full: boolean;
  /** Jobs of this list in the ledger; known after a full reading only. */
  total: number | undefined;
  counts: Readonly<ListCounts>;
  open: number;
  /** Open jobs worth a look every minute. */
  moving: number;
  settledThrough: string;
  recent: Record<string, string> | undefined;
  problems: Problem[];
  /** The restores that were completed, and those that may have been. */
  successes: Pick<ListCoverage, 'lastCompleted' | 'durations' | 'notUnderstood'>;
  resume?: Resume;
}

/** Fingerprints kept for one list, 45 bytes each: a project of 25 clusters stays far below DynamoDB's 400 KB an item. */
const MAX_RECENT = 50;
const MAX_PROBLEMS = 10;
/** Single reads spent in one attempt on confirming that a job is really gone; the rest waits for the next full read. */
const MAX_CONFIRMATIONS = 100;
/** Places for writing that one list may have or wait for. */
const MOST_WRITES = 16;

/** Fingerprints as the ledger holds them; taken out as the list shows them, so that what is left is missing from it. */
type Known = Map<string, { fingerprint: string; vanished: boolean; unattributed: boolean }>;

/** Memory: a page, and an id and a fingerprint for each job that is compared: in a full reading, all of the list's. */
export class ListReader {
  readonly counts: ListCounts = {
    new: 0,
    changed: 0,
    progress: 0,
    same: 0,
    stale: 0,
    vanished: 0,
    seen: 0,
    problems: 0,
  };
  readonly #task: ListTask;
  readonly #ports: ReadListPorts;
  readonly #startedAt: string;
  readonly #sighting: Sighting;
  readonly #askedAt: Date;
  /** Jobs requested before this are known and settled. Absent: look at all. */
  readonly #settledThrough: string | undefined;
  readonly #unsettled: Unsettled;
  /** Fingerprints for the next reading: of the open jobs, the newest, and others while there is room. */
  readonly #held = new Map<string, string>();
  /** The newest job that found no room in `#held`. */
  #dropped = '';
  readonly #problems: Problem[] = [];
  readonly #successes = new Successes();
  /** Request time of the oldest job of which it is still to be found out who asked for it. */
  unattributedFrom: string | undefined;
  #descending: boolean;
  #lastRequestedAt = '\uffff';
  #pageBefore: ReadonlySet<string> = new Set();
  #total = 0;

  constructor(task: ListTask, ports: ReadListPorts) {
    const { resume, runId, begun } = task;
    // When it was asked for, not when it is looked at: of two answers the one asked for later wins.
    const askedAt = begun?.askedAt ?? new Date(ports.now()).toISOString();
    this.#task = task;
    this.#ports = ports;
    this.#startedAt = resume?.startedAt ?? askedAt;
    this.#sighting = { runId, observedAt: askedAt };
    this.#askedAt = new Date(askedAt);
    this.#settledThrough = task.full ? undefined : task.stored?.settledThrough;
    this.#unsettled = new Unsettled(this.#startedAt, resume);
    this.#descending = resume?.descending ?? true;
  }

  /** @throws AtlasError, LedgerError; what was recorded until then stays recorded, and `counts` tells of it. */
  async read(): Promise<ListReading> {
    const { full, resume } = this.#task;
    const known = await this.#known();
    this.#total = known.size;
    for await (const page of this.#pages()) {
      const reachedSettled = await this.#recordPage(page, known);
      if (page.last || (reachedSettled && this.#descending)) break;
      if (this.#ports.outOfTime()) return this.#cutShort(page.pageNum + 1);
    }
    this.#unsettled.endOfList();
    // A reading in several parts has not seen them all: what it missed is found by the next one in one piece.
    if (full && !resume) await this.#findVanished(known);
    return this.#reading(true);
  }

  #pages(): AsyncIterable<JobPage> {
    const { list, stored, full, resume, ahead, begun } = this.#task;
    if (begun) return begun.pages();
    return this.#ports.atlas.jobPages(list, full ? { fromPage: resume?.page, ahead } : newestOf(stored, resume));
  }

  /** From the coverage where they fit there, else from the ledger. */
  async #known(): Promise<Known> {
    const { list, stored } = this.#task;
    if (this.#settledThrough !== undefined && stored?.recent) {
      return new Map(
        Object.entries(stored.recent).map(([id, print]) => [
          id,
          { fingerprint: print, vanished: false, unattributed: false },
        ]),
      );
    }
    const known: Known = new Map();
    for await (const job of this.#ports.ledger.known(list.projectId, list.clusterName, this.#settledThrough)) {
      if (job.kind === list.kind) {
        known.set(job.jobId, {
          fingerprint: job.fingerprint,
          vanished: job.vanishedAt !== undefined,
          unattributed: isToBeFound(job.requester),
        });
      }
    }
    return known;
  }

  /** @returns true where the page holds a job from before `settledThrough` */
  async #recordPage(page: JobPage, known: Known): Promise<boolean> {
    let reachedSettled = false;
    const ids = new Set<string>();
    const changed: { job: RestoreJob; before: boolean }[] = [];
    const due: RestoreJob[] = [];
    for (const element of page.jobs) {
      const id = idOf(element);
      if (id !== undefined && (ids.has(id) || this.#pageBefore.has(id))) continue; // pages that shift repeat jobs
      if (id !== undefined) ids.add(id);
      const job = this.#understand(element);
      if (!job) continue;
      this.counts.seen += 1;
      this.#successes.see(job);
      if (job.requestedAt > this.#lastRequestedAt) this.#descending = false;
      this.#lastRequestedAt = job.requestedAt;
      this.#unsettled.see(job);
      if (this.#settledThrough !== undefined && job.requestedAt < this.#settledThrough) {
        reachedSettled = true;
        continue;
      }
      const before = known.get(job.jobId);
      known.delete(job.jobId);
      if (!before) this.#total += 1;
      if (before && !before.vanished && before.fingerprint === fingerprint(job)) {
        this.counts.same += 1;
        this.#hold(job.jobId, before.fingerprint, job.status);
        if (before.unattributed) this.#notAttributed(job);
        if (isOpen(job.status) && this.#ports.judge.isDue(job)) due.push(job);
      } else changed.push({ job, before: before !== undefined });
    }
    this.#pageBefore = ids;
    await this.#ports.judge.prepare(changed.map(({ job }) => job));
    await this.#ports.judge.prepareDue(due);
    const { writes } = this.#ports;
    await writes.holdForEach(changed, MOST_WRITES, ({ job, before }) => this.#record(job, before));
    await writes.holdForEach(due, MOST_WRITES, (job) => this.#judge(job));
    return reachedSettled;
  }

  #understand(element: JobPage['jobs'][number]): RestoreJob | undefined {
    try {
      if ('notAJob' in element) throw new FieldError('results[]', 'an object', element.notAJob);
      return normalise(this.#task.list.kind, element, this.#task.source, this.#askedAt);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const id = idOf(element);
      // It may have changed all the same, and may be understood next time.
      this.#unsettled.missed(isObjectId(id) ? id : undefined);
      this.counts.problems += 1;
      const { field, expected, got } = error;
      const problem = { ...(id === undefined ? {} : { jobId: id.slice(0, 64) }), field, expected, got };
      if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
      return undefined;
    }
  }

  async #record(job: RestoreJob, known: boolean) {
    const { ledger, judge } = this.#ports;
    const recorded = await ledger.record(job, this.#sighting, known, judge.annotating(job));
    this.counts[recorded.outcome] += 1;
    if (isToBeFound(recorded.job.requester)) this.#notAttributed(recorded.job);
    // What the ledger holds, not what we saw: where another collector was ahead, the next reading compares with theirs.
    this.#hold(job.jobId, recorded.job.fingerprint, recorded.job.status);
    this.#ports.onRecorded?.(recorded, this.#task.source);
  }

  /** A job that looks as it did, and yet has run for too long by now, or is held against other rules. */
  async #judge({ jobId }: RestoreJob) {
    const { ledger, judge } = this.#ports;
    const recorded = await ledger.annotate(this.#task.list.projectId, jobId, this.#sighting, judge.annotate);
    this.#ports.onRecorded?.(recorded, this.#task.source);
  }

  #notAttributed({ requestedAt: at }: Pick<RestoreJob, 'requestedAt'>) {
    if (this.unattributedFrom === undefined || at < this.unattributedFrom) this.unattributedFrom = at;
  }

  #hold(jobId: string, print: string, status: Status) {
    this.#unsettled.hold(jobId, status);
    if (isOpen(status) || this.#held.size < MAX_RECENT) this.#held.set(jobId, print);
    else if (jobId > this.#dropped) this.#dropped = jobId;
  }

  async #findVanished(known: Known) {
    const { newestSettled } = this.#unsettled;
    const missing = [...known].filter(([id, { vanished }]) => !vanished && requestedAt(id) < newestSettled);
    for (const [jobId] of missing.slice(0, MAX_CONFIRMATIONS)) {
      if (this.#ports.outOfTime()) return;
      await this.#confirmVanished(jobId);
    }
  }

  /** A list that shrinks while it is read skips jobs, so one that is missing is asked for by its id. */
  async #confirmVanished(jobId: string) {
    const { list, source } = this.#task;
    try {
      const job = this.#understand(await this.#ports.atlas.job(list, jobId));
      if (!job) return;
      await this.#ports.judge.prepare([job]);
      await this.#record(job, true);
    } catch (error) {
      if (!(error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND')) throw error;
      const recorded = await this.#ports.ledger.markVanished(list.projectId, jobId, this.#sighting);
      if (recorded.outcome === 'changed') this.counts.vanished += 1;
      this.#ports.onRecorded?.(recorded, source);
    }
  }

  #cutShort(page: number): ListReading {
    const { full } = this.#task;
    const resume = {
      full,
      page,
      startedAt: this.#startedAt,
      descending: this.#descending,
      ...this.#unsettled.forResume(),
    };
    return { ...this.#reading(false), resume };
  }

  #reading(complete: boolean): ListReading {
    const { full, resume } = this.#task;
    const aDayAgo = new Date(Date.parse(this.#startedAt) - DAY_MS).toISOString();
    const settledThrough = this.#unsettled.settledThrough();
    const lowest = lowestIdAt(settledThrough);
    const recent = [...this.#held].filter(([id]) => id >= lowest);
    // A resumed reading did not hold what came before.
    const allHeld = !resume && this.#dropped < lowest && recent.length <= MAX_RECENT;
    return {
      startedAt: this.#startedAt,
      complete,
      full,
      total: full ? this.#total : undefined,
      counts: this.counts,
      open: this.#unsettled.count(() => true),
      moving: this.#unsettled.count((at, status) => status !== 'READY' && at >= aDayAgo),
      settledThrough,
      recent: allHeld ? Object.fromEntries(recent) : undefined,
      problems: this.#problems,
      successes: this.#successes.seen,
    };
  }
}

function idOf(element: JobPage['jobs'][number]): string | undefined {
  const id = 'atlas' in element ? element.atlas.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
