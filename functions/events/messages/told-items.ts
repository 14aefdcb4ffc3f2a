// functions/events/messages/told-items.ts: what people were told, as items of the table, each written by one function at a time.
import { LedgerError } from '../../ledger/model/errors.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { TABLE } from '../../ledger/model/table.ts';
import { type Item, ledgerJob } from '../../ledger/table/job-item.ts';
import { jobKey, messageKey, projectKey } from '../../ledger/table/keys.ts';
import type { Table } from '../../ledger/table/table-port.ts';
import { NOTHING_TOLD, type Told } from './told.ts';

/** Longer than the function may run, in ms: then whoever claimed an item has died. */
const CLAIM_MS = 40_000;
/** How long what was told is remembered, in ms: far longer than an event can come again. */
const KEPT_MS = 30 * 86_400_000;

export interface Claim {
  told: Told;
  /** Writes what is told by now, and lets others go on. @throws LedgerError where another has claimed it since */
  release(told: Told): Promise<void>;
}

export class ToldItems {
  readonly #table: Pick<Table, 'get' | 'put'>;
  readonly #now: () => number;

  constructor(table: Pick<Table, 'get' | 'put'>, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * From here until its release, or for `CLAIM_MS`, nobody else tells of it. Requests: 1 read and 1 write.
   * @param id of a job, or of another event
   * @returns absent where nobody began to tell of it, and `create` is false
   */
  async claim(id: string, { create }: { create: boolean }): Promise<Claim | 'absent' | 'busy'> {
    const key = messageKey(id);
    const before = await this.#table.get(key);
    if (!before && !create) return 'absent';
    if (Number(before?.claimedUntil ?? 0) > this.#now()) return 'busy';
    const told = (before?.told as Told | undefined) ?? NOTHING_TOLD;
    const revision = Number(before?.revision ?? 0) + 1;
    const write = (item: Item, wasRevision: number | undefined) =>
      this.#table.put(
        { ...key, ...item, [TABLE.ttl]: Math.ceil((this.#now() + KEPT_MS) / 1_000) },
        { revision: wasRevision },
      );
    const claimed = { told, revision, claimedUntil: this.#now() + CLAIM_MS };
    if (!(await write(claimed, before && revision - 1)).done) return 'busy';
    const release = async (after: Told) => {
      const written = await write({ told: after, revision: revision + 1 }, revision);
      // Where the SDK sent it twice, the first may have been written.
      if (written.done || written.repeated) return;
      throw new LedgerError('LEDGER_CONFLICT', `what was told of ${id} was claimed by another: it may be told twice`);
    };
    return { told, release };
  }

  /** Requests: 1 read. */
  async job(projectId: string, jobId: string): Promise<LedgerJob | undefined> {
    const item = await this.#table.get(jobKey(projectId, jobId));
    return item && ledgerJob(item);
  }

  /** Those of these projects that the ledger knows. Requests: 1 read each. */
  async projectNames(ids: readonly (string | undefined)[]): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (const id of new Set(ids)) {
      if (id === undefined) continue;
      const { projectName } = (await this.#table.get(projectKey(id))) ?? {};
      if (typeof projectName === 'string') names.set(id, projectName);
    }
    return names;
  }
}
