// test/ledger/days/turns.ts: several processes over one table. Their requests are carried out one at a time, in an order that the test chooses,
// and any of them may be the last of its process.
import type { Item } from '../../../functions/ledger/table/job-item.ts';
import type { Table } from '../../../functions/ledger/table/table-port.ts';
import type { MemoryTable } from '../memory-table.ts';

/** Of a process that was cut off: whether its last request was carried out, it never knew. */
export class CutOff extends Error {
  override readonly name = 'CutOff';
}

export class Process {
  isDead = false;
  readonly #turns: Turns;
  /** Requests that it makes still. */
  #left: number;

  constructor(turns: Turns, left = Number.POSITIVE_INFINITY) {
    this.#turns = turns;
    this.#left = left;
  }

  request<T>(send: () => Promise<T>): Promise<T> {
    return this.#turns.wait(this, async () => {
      if (this.isDead) throw new CutOff('cut off before a request');
      this.#left -= 1;
      // Carried out, or not: as a request whose answer is lost may be.
      if (this.#left < 0) this.isDead = true;
      if (this.#left < -1) throw new CutOff('cut off before a request');
      const answer = await send();
      if (this.#left < 0) throw new CutOff('cut off before an answer');
      return answer;
    });
  }
}

export class Turns {
  readonly #waiting: { of: Process; go: () => void }[] = [];

  wait<T>(of: Process, send: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ of, go: () => void send().then(resolve, reject) });
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Carries out one of the requests that wait. @param choose one of so many */
  async next(choose: (count: number) => number): Promise<void> {
    const [turn] = this.#waiting.splice(choose(this.#waiting.length), 1);
    turn?.go();
    await settled();
  }
}

/** After whatever is under way without a request. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The table as a process has it. */
export function tableOf(table: MemoryTable, process: Process): Table & Pick<MemoryTable, 'delete'> {
  return {
    get: (key) => process.request(() => table.get(key)),
    put: (item, condition) => process.request(() => table.put(item, condition)),
    update: (key, change, condition) => process.request(() => table.update(key, change, condition)),
    delete: (key, condition) => process.request(() => table.delete(key, condition)),
    query: (range) => process.request(() => table.query(range)),
    count: (range) => process.request(() => table.count(range)),
    batchGet: (keys, options) => process.request(() => table.batchGet(keys, options)),
    scan: (options) => table.scan(options),
  };
}

/** Every job of the table, however it is found. */
export async function jobsIn(table: MemoryTable): Promise<Item[]> {
  const jobs: Item[] = [];
  for await (const item of table.scan()) if (item.jobId !== undefined && item.changes !== undefined) jobs.push(item);
  return jobs.sort((a, b) => (String(a.jobId) < String(b.jobId) ? 1 : -1));
}
