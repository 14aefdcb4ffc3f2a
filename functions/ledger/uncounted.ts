// functions/ledger/uncounted.ts tells by two sets of ids whether the table still has every job that a coverage counts, and which it
// has beside them: those of a run that died before it could count them, or that runs just now.
import { differingIds, NO_IDS, toggled } from './id-set.ts';

/** What a coverage says was recorded. */
export interface Counted {
  jobs: number;
  /** As of functions/ledger/id-set.ts. */
  ids: string;
}

/** A job of the table, and when it was recorded first: milliseconds since the epoch. */
export interface FirstSeen {
  jobId: string;
  atMs: number;
}

/** A project's jobs in the table. */
export class InTable implements Counted {
  readonly #jobs: FirstSeen[] = [];
  #ids = NO_IDS;

  add(jobId: string, firstSeenAt: unknown) {
    this.#jobs.push({ jobId, atMs: Date.parse(String(firstSeenAt)) || 0 });
    this.#ids = toggled(this.#ids, [jobId]);
  }

  get jobs() {
    return this.#jobs.length;
  }

  get ids() {
    return this.#ids;
  }

  /** Oldest first. */
  get inOrder(): readonly FirstSeen[] {
    return this.#jobs.sort((a, b) => a.atMs - b.atMs || (a.jobId < b.jobId ? -1 : 1));
  }
}

/** Of those that were recorded last, so many are tried in any combination of up to so many. */
const NEWEST_TRIED = 24;
const MOST_PICKED = 6;

/**
 * The jobs of the table that the coverage does not count. Such jobs were recorded one after the other, so it looks for a stretch of
 * them, and for a few among the newest.
 * @returns nothing where one that is counted is not in the table, or that can't be told
 */
export function uncounted(counted: Counted, table: Pick<InTable, 'jobs' | 'ids' | 'inOrder'>): FirstSeen[] | undefined {
  const more = table.jobs - counted.jobs;
  if (more < 0 || counted.jobs < 0) return undefined;
  if (more === 0) return table.ids === counted.ids ? [] : undefined;
  const jobs = table.inOrder;
  const ids = jobs.map(({ jobId }) => jobId);
  let rest = toggled(counted.ids, ids.slice(ids.length - more));
  // The newest first.
  for (let from = ids.length - more; ; from--) {
    if (rest === table.ids) return jobs.slice(from, from + more);
    if (from === 0) break;
    rest = toggled(rest, [ids[from - 1] ?? '', ids[from + more - 1] ?? '']);
  }
  if (more > MOST_PICKED) return undefined;
  const picked = differingIds(counted.ids, table.ids, ids.slice(-NEWEST_TRIED), more);
  return picked && jobs.filter(({ jobId }) => picked.includes(jobId));
}

/**
 * What was counted, is missing from a table, and is among the jobs that were recorded after it was read; and what the table has that
 * was not counted.
 * @param recorded ids of those that may have been counted before
 * @returns nothing where that can't be told
 */
export function reconciled(
  counted: Counted,
  table: Pick<InTable, 'jobs' | 'ids' | 'inOrder'>,
  recorded: readonly string[],
): { putBack: string[]; left: FirstSeen[] } | undefined {
  // None of them, or each.
  for (const putBack of [[], [...recorded]]) {
    const left = uncounted({ jobs: counted.jobs - putBack.length, ids: toggled(counted.ids, putBack) }, table);
    if (left) return { putBack, left };
  }
  const jobs = table.inOrder.slice(-NEWEST_TRIED);
  const ids = jobs.map(({ jobId }) => jobId);
  const candidates = [...recorded.slice(0, NEWEST_TRIED), ...ids];
  for (let count = 1; count <= MOST_PICKED; count++) {
    const picked = differingIds(counted.ids, table.ids, candidates, count);
    if (!picked) continue;
    const left = jobs.filter(({ jobId }) => picked.includes(jobId));
    return { putBack: recorded.filter((id) => picked.includes(id)), left };
  }
  return undefined;
}

/** Whether the table has each job that was counted. Undefined where no ids are on record. */
export function isAllThere(
  coverage: { recorded?: number; recordedIds?: string } | undefined,
  table: InTable = new InTable(),
): boolean | undefined {
  const { recorded: jobs, recordedIds: ids } = coverage ?? {};
  return jobs === undefined || ids === undefined ? undefined : uncounted({ jobs, ids }, table) !== undefined;
}
