// functions/ledger/model/uncounted.ts: the jobs of a table that its coverage doesn't count: those of a run that died first, or that is
// still running.
import { type LetGo, letGoBy } from '../let-go/let-go.ts';
import { difference, differingIds, NO_IDS, toggled } from './id-set.ts';

/** What a coverage says was recorded. */
export interface Counted {
  jobs: number;
  /** As of functions/ledger/model/id-set.ts. */
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
    this.#add({ jobId, atMs: Date.parse(String(firstSeenAt)) || 0 });
  }

  get jobs() {
    return this.#jobs.length;
  }

  get ids() {
    return this.#ids;
  }

  /** Without those that are let go. */
  without(isLetGo: (jobId: string) => boolean): InTable {
    const rest = new InTable();
    for (const job of this.#jobs) if (!isLetGo(job.jobId)) rest.#add(job);
    return rest;
  }

  #add(job: FirstSeen) {
    this.#jobs.push(job);
    this.#ids = toggled(this.#ids, [job.jobId]);
  }

  /** Oldest first. */
  get inOrder(): readonly FirstSeen[] {
    return this.#jobs.sort((a, b) => a.atMs - b.atMs || (a.jobId < b.jobId ? -1 : 1));
  }
}

/** Up to MAX_PICKED jobs are found anywhere among this many of the newest, tried in this order. */
const MAX_PICKED = 6;
const TRIED = [24, 200] as const;

/**
 * The jobs of the table that the coverage does not count. Such jobs were recorded one after the other, so it looks for that many
 * in a row, for one less in a row and one more, and for a few among the newest.
 * @returns undefined if a counted job is not in the table, or that can't be decided
 */
export function uncounted(counted: Counted, table: Pick<InTable, 'jobs' | 'ids' | 'inOrder'>): FirstSeen[] | undefined {
  const more = table.jobs - counted.jobs;
  if (more < 0 || counted.jobs < 0) return undefined;
  if (more === 0) return table.ids === counted.ids ? [] : undefined;
  const jobs = table.inOrder;
  const ids = jobs.map(({ jobId }) => jobId);
  const these = (picked: readonly string[]) => {
    const wanted = new Set(picked);
    return jobs.filter(({ jobId }) => wanted.has(jobId));
  };
  const consecutive = consecutiveIds(counted.ids, table.ids, ids, more);
  if (consecutive) return these(consecutive);
  for (const newest of more <= MAX_PICKED ? TRIED : []) {
    const picked = differingIds(counted.ids, table.ids, ids.slice(-newest), more);
    if (picked) return these(picked);
  }
  return undefined;
}

/** The newest first. */
function consecutiveIds(counted: string, table: string, ids: readonly string[], more: number): string[] | undefined {
  const byHash = new Map(ids.map((id) => [toggled(NO_IDS, [id]), id]));
  for (const length of [more, more - 1]) {
    let rest = difference(table, toggled(counted, ids.slice(ids.length - length)));
    for (let from = ids.length - length; ; from--) {
      const one = length < more ? byHash.get(rest) : undefined;
      if (one !== undefined ? !ids.slice(from, from + length).includes(one) : length === more && rest === NO_IDS)
        return [...ids.slice(from, from + length), ...(one === undefined ? [] : [one])];
      if (from === 0) break;
      rest = toggled(rest, [ids[from - 1] ?? '', ids[from + length - 1] ?? '']);
    }
  }
  return undefined;
}

/**
 * What was counted, is missing from a table, and is among the jobs that were recorded after it was read; and what the table has that
 * was not counted.
 * @param recorded ids of those that may have been counted before
 * @returns undefined if that can't be decided
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
  const jobs = table.inOrder.slice(-TRIED[0]);
  const ids = jobs.map(({ jobId }) => jobId);
  const candidates = [...recorded.slice(0, TRIED[0]), ...ids];
  for (let count = 1; count <= MAX_PICKED; count++) {
    const picked = differingIds(counted.ids, table.ids, candidates, count);
    if (!picked) continue;
    const left = jobs.filter(({ jobId }) => picked.includes(jobId));
    return { putBack: recorded.filter((id) => picked.includes(id)), left };
  }
  return undefined;
}

/** Whether the table has each job that was counted. Undefined where no ids are on record. */
export function isAllThere(
  coverage: { recorded?: number; recordedIds?: string; letGo?: LetGo } | undefined,
  table: InTable = new InTable(),
): boolean | undefined {
  const { recorded: jobs, recordedIds: ids, letGo } = coverage ?? {};
  if (jobs === undefined || ids === undefined) return undefined;
  return uncounted({ jobs, ids }, table.without(letGoBy(letGo))) !== undefined;
}
