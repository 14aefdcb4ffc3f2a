// functions/proof/days.ts: what is kept of days, counts and jobs, compared with the jobs themselves.
import { digestWith } from '../ledger/days/job-digests.ts';
import { addJob, compact, type DayCounts, noDayCounts, sumOf } from '../ledger/model/day-counts.ts';
import { canonicalJson } from '../ledger/model/fingerprint.ts';
import { NO_IDS } from '../ledger/model/id-set.ts';
import type { JobSummary, Ledger } from '../ledger/model/ledger.ts';
import { defined } from '../platform/defined.ts';
import { isOpen } from '../restore/job.ts';
import { STATUSES } from '../schema/words.ts';

type KeptReader = Pick<Ledger, 'dayCounts' | 'dayJobDigests' | 'daysWritten' | 'olderJobs' | 'jobs'>;

/** Of the jobs of a day. */
interface Tally {
  counts: DayCounts;
  digest: string;
}

const noTally = (): Tally => ({ counts: noDayCounts(), digest: NO_IDS });

function tally(of: Tally, job: JobSummary): void {
  addJob(of.counts, job);
  of.digest = digestWith(of.digest, job);
}

/** Jobs counted by day as a verification meets them. */
export class DayRecount {
  readonly #days = new Map<string, Tally>();

  add(job: JobSummary) {
    const day = job.requestedAt.slice(0, 10);
    const of = this.#days.get(day) ?? noTally();
    tally(of, job);
    this.#days.set(day, of);
  }

  /**
   * The days of which what is kept, counts or jobs, is not that of their jobs, in order; before them, what is kept of older days together. A day
   * that differs is counted again first, since jobs may have been recorded after they were met.
   * @throws LedgerError
   */
  async differing(ledger: KeptReader): Promise<string[]> {
    const differing: string[] = [];
    // Of days without jobs, too, as jobs may be kept that nobody recorded.
    const days = [...new Set([...this.#days.keys(), ...(await ledger.daysWritten())])];
    for (const [day, kept] of await keptOf(ledger, days)) {
      if (isSame(kept, this.#days.get(day))) continue;
      const listed = await tallyListed(ledger, day);
      const now = (await keptOf(ledger, [day])).get(day);
      if (now && canonicalJson(now) === canonicalJson(kept) && !isSame(now, listed)) differing.push(day);
    }
    return [...(await this.#olderDiffering(ledger)), ...differing.sort()];
  }

  /** `before 2026-11-10`, where the jobs that were requested before are not as many open ones as is kept. */
  async #olderDiffering(ledger: Pick<Ledger, 'olderJobs' | 'jobs'>): Promise<string[]> {
    const kept = await ledger.olderJobs();
    if (!kept) return [];
    const days = [...this.#days].filter(([day]) => day < kept.before).map(([, { counts }]) => counts);
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

async function tallyListed(ledger: Pick<Ledger, 'jobs'>, day: string): Promise<Tally> {
  const of = noTally();
  const until = new Date(Date.parse(day) + 86_400_000).toISOString();
  for (let cursor: string | undefined; ; ) {
    const page = await ledger.jobs(defined({ since: day, until, limit: 200, cursor }));
    for (const job of page.items) tally(of, job);
    cursor = page.cursor;
    if (cursor === undefined) return of;
  }
}

/** Of days whose counts may be given out; the jobs of some are too many to be kept. */
async function keptOf(ledger: KeptReader, days: readonly string[]): Promise<Map<string, Partial<Tally>>> {
  const [counts, digests] = await Promise.all([ledger.dayCounts(days), ledger.dayJobDigests(days)]);
  const known = days.filter((day) => counts.has(day) || digests.has(day));
  return new Map(known.map((day) => [day, defined({ counts: counts.get(day), digest: digests.get(day) })]));
}

const isSame = ({ counts, digest }: Partial<Tally>, tallied: Tally = noTally()) =>
  (counts === undefined || canonicalJson(counts) === canonicalJson(compact(tallied.counts))) &&
  (digest === undefined || digest === tallied.digest);
