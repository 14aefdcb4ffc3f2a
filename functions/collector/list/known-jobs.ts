// functions/collector/list/known-jobs.ts: what the table holds of a project's jobs: all of a list's, or those of a page by their ids.
// The table is the record: no index and no coverage is read instead.

import type { JobList } from '../../atlas/model/atlas.ts';
import type { KnownJob, Ledger, Outcome } from '../../ledger/model/ledger.ts';
import { InTable } from '../../ledger/model/uncounted.ts';
import { isOpen } from '../../restore/job.ts';
import type { Kind } from '../../schema/words.ts';
import { isUnresolved } from '../evaluate/attribution.ts';

/** What a reading compares an answer with. */
export interface Known {
  fingerprint: string;
  /** Milliseconds since the epoch. */
  observedMs: number;
  vanished: boolean;
  open: boolean;
  unattributed: boolean;
  /** Something else wrote to it. */
  altered: boolean;
}
export type KnownOfList = Map<string, Known>;

/**
 * For one task. The project's jobs are read once for all lists that are read to their ends, some 200 bytes of memory a job,
 * given back list by list.
 */
export class KnownJobs {
  readonly #projectId: string;
  readonly #ledger: Pick<Ledger, 'known' | 'lookUp'>;
  #reading: Promise<Map<string, KnownOfList>> | undefined;
  readonly #taken = new Set<string>();
  /** Jobs in the table when it was first read, without those that we recorded. */
  #before: InTable | undefined;
  /** Jobs that we recorded, or are recording, so that the reading of the table may have come across them. */
  readonly #ours = new Set<string>();
  readonly #underWay = new Set<string>();

  constructor(projectId: string, ledger: Pick<Ledger, 'known' | 'lookUp'>) {
    this.#projectId = projectId;
    this.#ledger = ledger;
  }

  /** Requests: 1 query for each 100 of the project's jobs, once for all lists; again for a list that is wanted again. @throws LedgerError */
  async ofList({ clusterName, kind }: JobList): Promise<KnownOfList> {
    const name = nameOf(clusterName, kind);
    if (this.#taken.has(name)) return (await this.#read()).get(name) ?? new Map();
    const lists = await this.#readOnce();
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

  /** Records a job that is new to the table as ours. @throws what `record` throws */
  async noting<T extends { outcome: Outcome }>(jobId: string, record: () => Promise<T>): Promise<T> {
    this.#underWay.add(jobId);
    try {
      const recorded = await record();
      if (recorded.outcome === 'new' && this.#before === undefined) this.#ours.add(jobId);
      return recorded;
    } finally {
      this.#underWay.delete(jobId);
    }
  }

  /** What the table had of the project before this task. Undefined where it was not read. */
  get before(): InTable | undefined {
    return this.#before;
  }

  /** For `before`. Requests: as of `ofList`, unless that was called. @throws LedgerError */
  async readBefore(): Promise<InTable> {
    await this.#readOnce();
    return this.#before ?? new InTable();
  }

  #readOnce() {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<Map<string, KnownOfList>> {
    const lists = new Map<string, KnownOfList>();
    const met = new Map<string, string>();
    for await (const job of this.#ledger.known(this.#projectId)) {
      if (this.#before === undefined) met.set(job.jobId, job.firstSeenAt);
      const name = nameOf(job.clusterName, job.kind);
      const list = lists.get(name) ?? new Map<string, Known>();
      list.set(job.jobId, knownOf(job));
      lists.set(name, list);
    }
    if (this.#before === undefined) {
      const before = new InTable();
      for (const [jobId, at] of met) if (!this.#ours.has(jobId) && !this.#underWay.has(jobId)) before.add(jobId, at);
      this.#before = before;
      this.#ours.clear();
    }
    return lists;
  }
}

const nameOf = (clusterName: string, kind: Kind) => `${kind} ${clusterName}`;

const knownOf = ({ fingerprint, observedAt, vanishedAt, status, requester, altered }: KnownJob): Known => ({
  fingerprint,
  observedMs: Date.parse(observedAt),
  vanished: vanishedAt !== undefined,
  open: isOpen(status),
  unattributed: isUnresolved(requester),
  altered: altered === true,
});
