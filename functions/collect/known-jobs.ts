// functions/collect/known-jobs.ts knows what the table holds of a project's jobs: all of a list's, or those of a page by their ids.
// The table is the record: no index and no coverage is asked.
import type { JobList } from '../atlas/atlas.ts';
import { NO_IDS, toggled } from '../ledger/id-set.ts';
import type { KnownJob, Ledger, Outcome } from '../ledger/ledger.ts';
import { isOpen, type Kind } from '../restore/job.ts';
import { isToBeFound } from './attribute.ts';

/** What a reading compares an answer with. */
export interface Known {
  fingerprint: string;
  /** Milliseconds since the epoch. */
  observedMs: number;
  vanished: boolean;
  open: boolean;
  unattributed: boolean;
}
export type KnownOfList = Map<string, Known>;

/** A project's jobs in the table. */
export interface TableBefore {
  jobs: number;
  /** As of functions/ledger/id-set.ts. */
  ids: string;
}

/**
 * For one order. The project's jobs are read once for all lists that are read to their ends, some 200 bytes of memory a job,
 * given back list by list.
 */
export class KnownJobs {
  readonly #projectId: string;
  readonly #ledger: Pick<Ledger, 'known' | 'lookUp'>;
  #reading: Promise<Map<string, KnownOfList>> | undefined;
  readonly #taken = new Set<string>();
  /** Jobs in the table when it was first read; absent before. */
  #counted: number | undefined;
  /** Of these, those that were not recorded by us. */
  #before: TableBefore | undefined;
  /** Jobs that we recorded, or are recording, so that the reading of the table may have come across them. */
  readonly #early = new Set<string>();
  readonly #underWay = new Set<string>();
  readonly #seenUnderWay = new Set<string>();
  #late = 0;

  constructor(projectId: string, ledger: Pick<Ledger, 'known' | 'lookUp'>) {
    this.#projectId = projectId;
    this.#ledger = ledger;
  }

  /** Requests: 1 query a MB of the project's jobs, once for all lists; again for a list that is asked for again. @throws LedgerError */
  async ofList({ clusterName, kind }: JobList): Promise<KnownOfList> {
    const name = nameOf(clusterName, kind);
    if (this.#taken.has(name)) return (await this.#read()).get(name) ?? new Map();
    this.#reading ??= this.#read();
    const lists = await this.#reading;
    const list = lists.get(name) ?? new Map<string, Known>();
    this.#taken.add(name);
    lists.delete(name);
    return list;
  }

  /** Requests: 1 batch read for each 100. @throws LedgerError */
  async byId(jobIds: readonly string[]): Promise<KnownOfList> {
    const jobs = jobIds.length === 0 ? [] : await this.#ledger.lookUp(this.#projectId, jobIds);
    return new Map(jobs.map((job) => [job.jobId, knownOf(job)]));
  }

  /** Records a job, and counts it where it is new to the table. @throws what `record` throws */
  async counting<T extends { outcome: Outcome }>(jobId: string, record: () => Promise<T>): Promise<T> {
    this.#underWay.add(jobId);
    try {
      const recorded = await record();
      if (recorded.outcome !== 'new') return recorded;
      if (this.#counted === undefined) this.#early.add(jobId);
      else if (!this.#seenUnderWay.has(jobId)) this.#late += 1;
      return recorded;
    } finally {
      this.#underWay.delete(jobId);
    }
  }

  /** How many jobs of the project the table has at least. Undefined where it was not read. */
  get recorded(): number | undefined {
    return this.#counted === undefined ? undefined : this.#counted + this.#late;
  }

  /** What the table had of the project before this order. Undefined where it was not read. */
  get before(): TableBefore | undefined {
    return this.#before;
  }

  async #read(): Promise<Map<string, KnownOfList>> {
    const lists = new Map<string, KnownOfList>();
    let [count, ids] = [0, NO_IDS];
    for await (const job of this.#ledger.known(this.#projectId)) {
      count += 1;
      if (this.#counted === undefined) ids = toggled(ids, [job.jobId]);
      const name = nameOf(job.clusterName, job.kind);
      const list = lists.get(name) ?? new Map<string, Known>();
      list.set(job.jobId, knownOf(job));
      lists.set(name, list);
    }
    if (this.#counted === undefined) {
      const has = (jobId: string) => [...lists.values()].some((list) => list.has(jobId));
      this.#counted = count + [...this.#early].filter((jobId) => !has(jobId)).length;
      for (const jobId of this.#underWay) if (has(jobId)) this.#seenUnderWay.add(jobId);
      const ours = [...this.#early, ...this.#seenUnderWay].filter(has);
      this.#before = { jobs: count - ours.length, ids: toggled(ids, ours) };
      this.#early.clear();
    }
    return lists;
  }
}

const nameOf = (clusterName: string, kind: Kind) => `${kind} ${clusterName}`;

const knownOf = ({ fingerprint, observedAt, vanishedAt, status, requester }: KnownJob): Known => ({
  fingerprint,
  observedMs: Date.parse(observedAt),
  vanished: vanishedAt !== undefined,
  open: isOpen(status),
  unattributed: isToBeFound(requester),
});
