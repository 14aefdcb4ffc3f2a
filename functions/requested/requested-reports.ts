// functions/requested/requested-reports.ts: the reports that were asked for, in one item of the table, which its writers change in turn: so
// no more are under way than may be, and the same request can't begin twice.
import { TABLE } from '../ledger/model/table.ts';
import { optimisticWrite } from '../ledger/repositories/optimistic-write.ts';
import { REQUESTED_REPORTS_KEY } from '../ledger/table/keys.ts';
import type { Table } from '../ledger/table/table-port.ts';
import type { EvidenceRequest } from '../report/model/request.ts';
import type { Annotator } from '../restore/annotations.ts';
import { begun, type Ending, heard, jobAt, KEPT_MS, keptJobs, type RequestedJob, started } from './jobs.ts';

/** The item goes with the last job, in ms after its last change: no job takes a day. */
const ITEM_KEPT_MS = 24 * 3_600_000 + KEPT_MS;

interface Stored {
  jobs: RequestedJob[];
  revision: number | undefined;
}

export class RequestedReports {
  readonly #table: Pick<Table, 'get' | 'put'>;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(table: Pick<Table, 'get' | 'put'>, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** Requests: 1 read and 1 write. @throws TooManyEvidenceJobs, LedgerError */
  async start(request: EvidenceRequest, by?: Annotator): Promise<{ job: RequestedJob; isNew: boolean }> {
    let result: { job: RequestedJob; isNew: boolean } | undefined;
    await this.#change((jobs) => {
      const { jobs: after, ...found } = started(jobs, request, this.#now(), by);
      result = found;
      return found.isNew ? after : undefined;
    });
    if (!result) throw new TypeError('nothing was started');
    return result;
  }

  /** Nothing for one that is not known, or not any more. Requests: 1 read. @throws LedgerError */
  async job(id: string): Promise<RequestedJob | undefined> {
    const { jobs } = await this.#read();
    return keptJobs(jobs, this.#now()).find((job) => job.id === id);
  }

  /** As whoever asks sees it. */
  view = (job: RequestedJob) => jobAt(job, this.#now());

  /** Undefined where there is nothing to be made any more. Requests: 1 read and 1 write. @throws LedgerError */
  begin(id: string): Promise<RequestedJob | undefined> {
    return this.#replace((jobs) => begun(jobs, id, this.#now()));
  }

  /** Undefined where it is not this attempt's any more. Requests: 1 read and 1 write. @throws LedgerError */
  tell(
    attempt: Pick<RequestedJob, 'id' | 'attempts'>,
    change: { progress: string } | Ending,
  ): Promise<RequestedJob | undefined> {
    return this.#replace((jobs) => heard(jobs, attempt, change, this.#now()));
  }

  async #replace(change: (jobs: RequestedJob[]) => RequestedJob | undefined): Promise<RequestedJob | undefined> {
    let changed: RequestedJob | undefined;
    await this.#change((jobs) => {
      changed = change(jobs);
      return changed && jobs.map((job) => (job.id === changed?.id ? changed : job));
    });
    return changed;
  }

  /** @param change undefined where all stays as it is */
  async #change(change: (jobs: RequestedJob[]) => RequestedJob[] | undefined): Promise<void> {
    await optimisticWrite<Stored>(
      'the reports that were asked for',
      undefined,
      () => this.#read(),
      async (stored) => {
        const { jobs: before, revision } = stored ?? { jobs: [], revision: undefined };
        const jobs = change(before);
        if (!jobs) return { value: { jobs: before, revision }, written: { done: true } };
        const value = { jobs, revision: (revision ?? 0) + 1 };
        const ttl = Math.ceil((this.#now() + ITEM_KEPT_MS) / 1_000);
        const written = await this.#table.put({ ...REQUESTED_REPORTS_KEY, ...value, [TABLE.ttl]: ttl }, { revision });
        return { value, written };
      },
    );
  }

  async #read(): Promise<Stored> {
    const item = await this.#table.get(REQUESTED_REPORTS_KEY);
    return { jobs: (item?.jobs as RequestedJob[] | undefined) ?? [], revision: item?.revision as number | undefined };
  }
}
