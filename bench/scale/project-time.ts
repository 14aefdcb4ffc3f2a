// bench/scale/project-time.ts works out how long one order takes, request by request: round trips, Atlas's bucket, the share of a
// core that Lambda gives. Nothing is sent; the bucket is the simulator's own.
import { ENDPOINT_SETS, TokenBucket } from '../../local/atlas/buckets.ts';

export interface Work {
  /** Clusters of the project, each with two lists of restore jobs. */
  clusters: number;
  /** Restore jobs of each. */
  jobs: number;
  /** `first`: every page is read, every job written. `unchanged`: one page a list, nothing written. */
  pass: 'first' | 'unchanged';
}

export interface Pace {
  /** From a request to Atlas to its answer, in ms. */
  atlasMs: number;
  /** The same of the table. */
  tableMs: number;
  /** Of a core: Lambda gives a whole one for 1,769 MB. */
  cores: number;
  /** False: Atlas's buckets never empty. */
  buckets: boolean;
}

export interface ProjectTime {
  ms: number;
  atlasRequests: number;
  /** Requests that had to wait for a token of the bucket. */
  waits: number;
}

/** As the collector has it: lists read at once, writes of one list at once, jobs a page. */
const PARALLEL_LISTS = 8;
const PARALLEL_WRITES = 8;
const PAGE = 500;
/** Requests to the table for each new job: it is added, and told who asked for it. */
const WRITES_A_JOB = 2;
/** Before and after the lists: coverage; and its write, the part, the count. */
const TABLE_BEFORE = 1;
const TABLE_AFTER = 3;
/** CPU of one request and its answer on a whole core, in ms: what bench:ledger measured of an unchanged run, and of a first one. */
const ATLAS_CPU_MS = 1.2;
const PAGE_CPU_MS = 6;
const TABLE_CPU_MS = 0.9;

/** One list as it is read: what is left of it. */
interface List {
  pages: number;
  jobsOnPage: number;
  /** The published bucket covers the list of backup restores; that of collection restores is in none. */
  inBucket: boolean;
}

export function projectTime({ clusters, jobs, pass }: Work, pace: Pace): ProjectTime {
  const pages = pass === 'first' ? Math.max(1, Math.ceil(jobs / PAGE)) : 1;
  const jobsOnPage = pass === 'first' ? Math.ceil(jobs / pages) : 0;
  const lists = Array.from({ length: clusters }, (): List[] => [
    { pages, jobsOnPage, inBucket: true },
    { pages: 1, jobsOnPage: 0, inBucket: false },
  ]).flat();
  const project = new Project(pace);
  project.step(TABLE_BEFORE * pace.tableMs, TABLE_BEFORE * TABLE_CPU_MS);
  // Three lists of clusters, at once.
  project.step(pace.atlasMs, 3 * ATLAS_CPU_MS);
  project.atlasRequests += 3;
  project.read(lists);
  project.step(TABLE_AFTER * pace.tableMs, TABLE_AFTER * TABLE_CPU_MS);
  const { now: ms, atlasRequests, waits } = project;
  return { ms, atlasRequests, waits };
}

class Project {
  atlasRequests = 0;
  waits = 0;
  now = 0;
  readonly #pace: Pace;
  readonly #bucket = new TokenBucket(ENDPOINT_SETS.cloudBackups, 0);
  /** When the core is free again. */
  #coreFree = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** One thing after the other: a wait, then work. */
  step(waitMs: number, cpuMs: number) {
    this.now = this.#worked(this.now + waitMs, cpuMs);
  }

  /** Eight readers, each with one list at a time; whoever is ready first asks next. */
  read(lists: readonly List[]) {
    const queue = lists.map((list) => ({ ...list }));
    const readers = Array.from({ length: Math.min(PARALLEL_LISTS, queue.length) }, () => ({
      at: this.now,
      list: queue.shift(),
    }));
    for (;;) {
      const [next] = readers.filter(({ list }) => list).sort((a, b) => a.at - b.at);
      if (!next?.list) break;
      next.at = this.#page(next.list, next.at);
      next.list.pages -= 1;
      if (next.list.pages === 0) next.list = queue.shift();
    }
    this.now = Math.max(this.now, ...readers.map(({ at }) => at));
  }

  /** @returns when the page is dealt with */
  #page({ jobsOnPage, inBucket }: List, at: number): number {
    const { atlasMs, tableMs } = this.#pace;
    this.atlasRequests += 1;
    const sentAt = inBucket ? this.#token(at) : at;
    const readAt = this.#worked(sentAt + atlasMs, ATLAS_CPU_MS + (PAGE_CPU_MS * jobsOnPage) / PAGE);
    const writes = jobsOnPage * WRITES_A_JOB;
    return Math.max(readAt + (writes / PARALLEL_WRITES) * tableMs, this.#worked(readAt, writes * TABLE_CPU_MS));
  }

  /** @returns when the bucket has one */
  #token(at: number): number {
    if (!this.#pace.buckets) return at;
    const { taken, waitSeconds } = this.#bucket.take(at);
    if (taken) return at;
    this.waits += 1;
    return this.#token(at + waitSeconds * 1_000);
  }

  #worked(at: number, cpuMs: number): number {
    this.#coreFree = Math.max(this.#coreFree, at) + cpuMs / this.#pace.cores;
    return this.#coreFree;
  }
}
