// functions/proof/days.ts: the kept counts of days, compared with the jobs themselves.
import { addJob, type CountedJob, compact, type DayCounts, noDayCounts, sumOf } from '../ledger/model/day-counts.ts';
import { canonicalJson } from '../ledger/model/fingerprint.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import { isOpen } from '../restore/job.ts';
import { STATUSES } from '../schema/words.ts';

/** Jobs counted by day as a verification meets them. */
export class DayRecount {
  readonly #days = new Map<string, DayCounts>();

  add(job: CountedJob) {
    const day = job.requestedAt.slice(0, 10);
    const counts = this.#days.get(day) ?? noDayCounts();
    addJob(counts, job);
    this.#days.set(day, counts);
  }

  /**
   * The days whose kept counts are not those of their jobs, in order; before them, what is kept of older days together. A day that differs is counted again first, since jobs may have
   * been recorded after they were met.
   * @throws LedgerError
   */
  async differing(ledger: Pick<Ledger, 'dayCounts' | 'olderJobs' | 'jobs'>): Promise<string[]> {
    const kept = await ledger.dayCounts([...this.#days.keys()]);
    const differing: string[] = [];
    for (const [day, counts] of kept) {
      if (isSame(counts, this.#days.get(day))) continue;
      const listed = await countListed(ledger, day);
      const now = (await ledger.dayCounts([day])).get(day);
      if (now && isSame(now, counts) && !isSame(now, listed)) differing.push(day);
    }
    return [...(await this.#olderDiffering(ledger)), ...differing.sort()];
  }

  /** `before 2026-11-10`, where the jobs that were requested before are not as many open ones as is kept. */
  async #olderDiffering(ledger: Pick<Ledger, 'olderJobs' | 'jobs'>): Promise<string[]> {
    const kept = await ledger.olderJobs();
    if (!kept) return [];
    const days = [...this.#days].filter(([day]) => day < kept.before).map(([, counts]) => counts);
    const isOpenNow = ({ status }: DayCounts) => OPEN.reduce((sum, each) => sum + (status[each] ?? 0), 0);
    if (isOpenNow(sumOf(days)) === kept.open) return [];
    const listed = await countOpen(ledger, kept.before);
    const now = await ledger.olderJobs();
    const isSame = now && canonicalJson(now) === canonicalJson(kept);
    return isSame && listed !== kept.open ? [`before ${kept.before}`] : [];
  }
}

const OPEN = STATUSES.filter(isOpen);

async function countOpen(ledger: Pick<Ledger, 'jobs'>, until: string): Promise<number> {
  let open = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await ledger.jobs(defined({ statuses: OPEN, until, limit: 200, cursor }));
    open += page.items.length;
    cursor = page.cursor;
    if (cursor === undefined) return open;
  }
}

async function countListed(ledger: Pick<Ledger, 'jobs'>, day: string): Promise<DayCounts> {
  const counts = noDayCounts();
  const until = new Date(Date.parse(day) + 86_400_000).toISOString();
  for (let cursor: string | undefined; ; ) {
    const page = await ledger.jobs(defined({ since: day, until, limit: 200, cursor }));
    for (const job of page.items) addJob(counts, job);
    cursor = page.cursor;
    if (cursor === undefined) return counts;
  }
}

const isSame = (kept: DayCounts, counted: DayCounts = noDayCounts()) =>
  canonicalJson(kept) === canonicalJson(compact(counted));
