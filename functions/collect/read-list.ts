// functions/collect/read-list.ts reads one list of restore jobs, as far down as something can have changed, into the ledger.
import type { Atlas, JobList, JobPage } from '../atlas/atlas.ts';
import { AtlasError } from '../atlas/errors.ts';
import type { CompletedRestore, ListCoverage, Problem, Resume } from '../ledger/coverage.ts';
import { fingerprint } from '../ledger/fingerprint.ts';
import type { Ledger, Outcome, Recorded, Sighting } from '../ledger/ledger.ts';
import { Misfit } from '../restore/fields.ts';
import { isOpen, type RestoreJob, type Source, type Status } from '../restore/job.ts';
import { normalise } from '../restore/normalise.ts';
import { requestedAt } from '../restore/object-id.ts';
import { inParallel } from './in-parallel.ts';

export interface ReadListPorts {
  atlas: Atlas;
  ledger: Ledger;
  now(): number;
  /** True when the reading should stop at the next page, so that nothing is cut off half-way. */
  outOfTime(): boolean;
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
}

/** What one attempt found out. `recent` and `settledThrough` follow from `seen`. */
export interface ListReading {
  startedAt: string;
  complete: boolean;
  full: boolean;
  /** Jobs in the list, where it was read to its end. */
  listed: number;
  counts: Record<Outcome | 'vanished' | 'seen', number>;
  open: number;
  /** Open jobs worth a look every minute. */
  moving: number;
  settledThrough: string;
  recent: Record<string, string> | undefined;
  problems: Problem[];
  problemCount: number;
  lastCompleted?: CompletedRestore;
  resume?: Resume;
}

/**
 * Atlas's servers stamp ids by their own clocks, so a job may appear that is a little older than one already seen. Jobs
 * this close to the start of a reading are looked at again in the next.
 */
const SKEW_MS = 15 * 60_000;
/** Fingerprints kept for one list, 45 bytes each: a project of 25 clusters stays far below DynamoDB's 400 KB an item. */
const MAX_RECENT = 50;
const MAX_PROBLEMS = 10;
/** Single reads spent in one attempt on confirming that a job is really gone; the rest waits for the next full read. */
const MAX_CONFIRMATIONS = 100;
/** DynamoDB calls under way at once for one list. */
const PARALLEL_WRITES = 8;

type Known = Map<string, { fingerprint: string; vanished: boolean }>;

/** @throws AtlasError, LedgerError; what was recorded until then stays recorded. */
export async function readList(task: ListTask, ports: ReadListPorts): Promise<ListReading> {
  return new ListReader(task, ports).read();
}

class ListReader {
  readonly #task: ListTask;
  readonly #ports: ReadListPorts;
  readonly #startedAt: string;
  readonly #sighting: Sighting;
  /** Jobs requested before this are known and settled. Absent: look at all. */
  readonly #settledThrough: string | undefined;
  readonly #resumed: Resume | undefined;
  readonly #counts = { new: 0, changed: 0, progress: 0, same: 0, stale: 0, vanished: 0, seen: 0 };
  readonly #seen = new Set<string>();
  /** As the ledger holds them: the open ones, the newest, and others while there is room. */
  readonly #held = new Map<string, { fingerprint: string; status: Status }>();
  /** Request time of the newest job that found no room in `#held`. */
  #droppedThrough = '';
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #lastCompleted: CompletedRestore | undefined;
  #descending = true;
  #lastRequestedAt = '\uffff';

  constructor(task: ListTask, ports: ReadListPorts) {
    this.#task = task;
    this.#ports = ports;
    this.#startedAt = new Date(ports.now()).toISOString();
    this.#sighting = { runId: task.runId, observedAt: this.#startedAt };
    this.#settledThrough = task.full ? undefined : task.stored?.settledThrough;
    this.#resumed = task.stored?.resume?.full === task.full ? task.stored.resume : undefined;
  }

  async read(): Promise<ListReading> {
    const { atlas } = this.#ports;
    const known = await this.#known();
    // One page back: what was being read when time ran out may not have been recorded.
    const fromPage = Math.max(1, (this.#resumed?.page ?? 1) - 1);
    let page: JobPage | undefined;
    for await (page of atlas.jobPages(this.#task.list, { fromPage })) {
      const reachedSettled = await this.#recordPage(page, known);
      if (page.last || (reachedSettled && this.#descending)) break;
      if (this.#ports.outOfTime()) return this.#cutShort(page.pageNum + 1);
    }
    if (this.#task.full && !this.#resumed) await this.#findVanished(known);
    return this.#reading(true);
  }

  /** Fingerprints to compare with: from the coverage where they fit there, else from the ledger. */
  async #known(): Promise<Known> {
    const { list, stored } = this.#task;
    if (this.#settledThrough !== undefined && stored?.recent) {
      return new Map(Object.entries(stored.recent).map(([id, print]) => [id, { fingerprint: print, vanished: false }]));
    }
    const known: Known = new Map();
    for await (const job of this.#ports.ledger.known(list.projectId, list.clusterName, this.#settledThrough)) {
      if (job.kind === list.kind) {
        known.set(job.jobId, { fingerprint: job.fingerprint, vanished: job.vanishedAt !== undefined });
      }
    }
    return known;
  }

  /** @returns true where the page holds a job from before `settledThrough` */
  async #recordPage(page: JobPage, known: Known): Promise<boolean> {
    let reachedSettled = false;
    const changed: RestoreJob[] = [];
    for (const element of page.jobs) {
      const job = this.#understand(element);
      if (!job || this.#seen.has(job.jobId)) continue; // pages that shift while being read repeat jobs
      this.#seen.add(job.jobId);
      this.#counts.seen += 1;
      this.#noteCompleted(job);
      if (job.requestedAt > this.#lastRequestedAt) this.#descending = false;
      this.#lastRequestedAt = job.requestedAt;
      if (this.#settledThrough !== undefined && job.requestedAt < this.#settledThrough) {
        reachedSettled = true;
        continue;
      }
      const before = known.get(job.jobId);
      if (before && !before.vanished && before.fingerprint === fingerprint(job)) {
        this.#counts.same += 1;
        this.#hold(job.jobId, before.fingerprint, job.status);
      } else changed.push(job);
    }
    await inParallel(changed, PARALLEL_WRITES, (job) => this.#record(job, known.has(job.jobId)));
    return reachedSettled;
  }

  #understand(element: JobPage['jobs'][number]): RestoreJob | undefined {
    try {
      if ('notAJob' in element) throw new Misfit('results[]', 'an object', element.notAJob);
      return normalise(this.#task.list.kind, element, this.#task.source, new Date(this.#startedAt));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const id = 'atlas' in element ? element.atlas.id : undefined;
      this.#problemCount += 1;
      const { field, expected, came } = error;
      const problem = { ...(typeof id === 'string' ? { jobId: id.slice(0, 64) } : {}), field, expected, came };
      if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
      return undefined;
    }
  }

  #noteCompleted({ status, delivery, jobId, finishedAt, durationSeconds, snapshotAt }: RestoreJob) {
    if (status !== 'COMPLETED' || delivery === 'download' || finishedAt === undefined) return;
    if (this.#lastCompleted && this.#lastCompleted.finishedAt >= finishedAt) return;
    this.#lastCompleted = {
      jobId,
      finishedAt,
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(snapshotAt === undefined ? {} : { snapshotAt }),
    };
  }

  async #record(job: RestoreJob, known: boolean) {
    const recorded = await this.#ports.ledger.record(job, this.#sighting, known);
    this.#counts[recorded.outcome] += 1;
    // What the ledger holds, not what we saw: where another collector was ahead, the next reading compares with theirs.
    this.#hold(job.jobId, recorded.job.fingerprint, recorded.job.status);
    this.#ports.onRecorded?.(recorded, this.#task.source);
  }

  #hold(jobId: string, print: string, status: Status) {
    const at = requestedAt(jobId);
    if (isOpen(status) || this.#held.size < MAX_RECENT) this.#held.set(jobId, { fingerprint: print, status });
    else if (at > this.#droppedThrough) this.#droppedThrough = at;
  }

  async #findVanished(known: Known) {
    const before = new Date(Date.parse(this.#startedAt) - SKEW_MS).toISOString();
    const missing = [...known].filter(
      ([id, { vanished }]) => !vanished && !this.#seen.has(id) && requestedAt(id) < before,
    );
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
      if (job) await this.#record(job, true);
    } catch (error) {
      if (!(error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND')) throw error;
      const recorded = await this.#ports.ledger.markVanished(list.projectId, jobId, this.#sighting);
      if (recorded.outcome === 'changed') this.#counts.vanished += 1;
      this.#ports.onRecorded?.(recorded, source);
    }
  }

  #cutShort(page: number): ListReading {
    const reading = this.#reading(false);
    const oldestOpenAt = this.#oldestOpenAt();
    return {
      ...reading,
      resume: {
        page,
        full: this.#task.full,
        startedAt: this.#resumed?.startedAt ?? this.#startedAt,
        jobs: this.#counts.seen + (this.#resumed?.jobs ?? 0),
        open: reading.open,
        moving: reading.moving,
        ...(oldestOpenAt === undefined ? {} : { oldestOpenAt }),
      },
    };
  }

  #oldestOpenAt(): string | undefined {
    const times = [...this.#held].flatMap(([id, { status }]) => (isOpen(status) ? [requestedAt(id)] : []));
    if (this.#resumed?.oldestOpenAt) times.push(this.#resumed.oldestOpenAt);
    return times.sort()[0];
  }

  #countHeld(which: (requestedAt: string, status: Status) => boolean) {
    return [...this.#held].filter(([id, { status }]) => which(requestedAt(id), status)).length;
  }

  #reading(complete: boolean): ListReading {
    const startedAt = this.#resumed?.startedAt ?? this.#startedAt;
    const newest = new Date(Date.parse(startedAt) - SKEW_MS).toISOString();
    const aDayAgo = new Date(Date.parse(startedAt) - 86_400_000).toISOString();
    const oldestOpenAt = this.#oldestOpenAt();
    const settledThrough = oldestOpenAt !== undefined && oldestOpenAt < newest ? oldestOpenAt : newest;
    const recent = [...this.#held].filter(([id]) => requestedAt(id) >= settledThrough);
    // A resumed reading did not hold what came before.
    const allHeld = !this.#resumed && this.#droppedThrough < settledThrough && recent.length <= MAX_RECENT;
    return {
      startedAt,
      complete,
      full: this.#task.full,
      listed: this.#counts.seen + (this.#resumed?.jobs ?? 0),
      counts: this.#counts,
      open: this.#countHeld((_, status) => isOpen(status)) + (this.#resumed?.open ?? 0),
      moving:
        this.#countHeld((at, status) => isOpen(status) && status !== 'READY' && at >= aDayAgo) +
        (this.#resumed?.moving ?? 0),
      settledThrough,
      recent: allHeld ? Object.fromEntries(recent.map(([id, held]) => [id, held.fingerprint])) : undefined,
      problems: this.#problems,
      problemCount: this.#problemCount,
      ...(this.#lastCompleted ? { lastCompleted: this.#lastCompleted } : {}),
    };
  }
}
