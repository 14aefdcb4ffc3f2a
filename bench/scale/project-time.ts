// bench/scale/project-time.ts works out how long one order takes, request by request: round trips, Atlas's bucket, the share of a
// core that Lambda gives. Nothing is sent; the bucket is the simulator's own.
import { ENDPOINT_SETS, TokenBucket } from '../../local/atlas/base/buckets.ts';

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

/** As the collector has it: connections to Atlas, jobs written at once, jobs a page. */
const CONNECTIONS = 32;
const PARALLEL_WRITES = 64;
const PAGE = 500;
/** Requests to the table for each new job: it is added, and told who asked for it. */
const WRITES_A_JOB = 2;
/** Before and after the lists: coverage; and its write, the part, the count. */
const TABLE_BEFORE = 1;
const TABLE_AFTER = 3;
/** CPU of one request and its answer on a whole core, in ms: what bench:ledger measured of an unchanged run, and of a first one. */
const ATLAS_CPU_MS = 0.8;
const PAGE_CPU_MS = 7;
const TABLE_CPU_MS = 0.8;

/** One list as it is read: what is left of it. */
interface List {
  pages: number;
  jobsOnPage: number;
  /** The published bucket covers the list of backup restores; clusters have others, collection restores none. */
  inBucket: boolean;
  /** When its next page may be asked for. */
  readyAt: number;
}

export function projectTime({ clusters, jobs, pass }: Work, pace: Pace): ProjectTime {
  const project = new Project(pace);
  project.step(TABLE_BEFORE * pace.tableMs, TABLE_BEFORE * TABLE_CPU_MS);
  if (pass === 'first') {
    project.read(listsOf(3, { pages: 1, jobsOnPage: 0, inBucket: false }));
    const pages = Math.max(1, Math.ceil(jobs / PAGE));
    project.read([
      ...listsOf(clusters, { pages, jobsOnPage: Math.ceil(jobs / pages), inBucket: true }),
      ...listsOf(clusters, { pages: 1, jobsOnPage: 0, inBucket: false }),
    ]);
  } else {
    // All at once, the clusters of serverless instances known to be none.
    project.read([
      ...listsOf(2 + clusters, { pages: 1, jobsOnPage: 0, inBucket: false }),
      ...listsOf(clusters, { pages: 1, jobsOnPage: 0, inBucket: true }),
    ]);
  }
  project.step(TABLE_AFTER * pace.tableMs, TABLE_AFTER * TABLE_CPU_MS);
  const { now: ms, atlasRequests, waits } = project;
  return { ms, atlasRequests, waits };
}

const listsOf = (count: number, list: Omit<List, 'readyAt'>): List[] =>
  Array.from({ length: count }, () => ({ ...list, readyAt: 0 }));

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

  /** A connection is free with its answer; the next page of a list is asked for when the one before it is dealt with. */
  read(lists: readonly List[]) {
    const begun = this.now;
    const freeAt: number[] = Array(CONNECTIONS).fill(begun);
    for (;;) {
      const open = lists.filter(({ pages }) => pages > 0);
      const [first] = open;
      if (!first) return;
      const list = open.reduce((a, b) => (b.readyAt < a.readyAt ? b : a), first);
      const connection = freeAt.indexOf(Math.min(...freeAt));
      const sentAt = this.#sent(list, Math.max(begun, list.readyAt, freeAt[connection] ?? 0));
      freeAt[connection] = sentAt + this.#pace.atlasMs;
      list.pages -= 1;
      list.readyAt = this.#done(list, sentAt + this.#pace.atlasMs);
      this.now = Math.max(this.now, list.readyAt);
    }
  }

  #sent({ inBucket }: List, at: number): number {
    this.atlasRequests += 1;
    return inBucket ? this.#token(at) : at;
  }

  /** @returns when the page that came at `at` is dealt with */
  #done({ jobsOnPage }: List, at: number): number {
    const readAt = this.#worked(at, ATLAS_CPU_MS + (PAGE_CPU_MS * jobsOnPage) / PAGE);
    const writes = jobsOnPage * WRITES_A_JOB;
    return Math.max(
      readAt + (writes / PARALLEL_WRITES) * this.#pace.tableMs,
      this.#worked(readAt, writes * TABLE_CPU_MS),
    );
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
