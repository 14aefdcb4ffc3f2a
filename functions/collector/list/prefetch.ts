// functions/collector/list/prefetch.ts: first pages of lists, requested before they are processed. Those of known lists are requested
// while clusters are discovered: a round trip less for each project. Our clock is measured before a time is stored.
import type { LimitFunction } from 'p-limit';
import type { Atlas, JobList, JobPage, JobPagesOptions } from '../../atlas/model/atlas.ts';
import type { ListCoverage, Resume } from '../../ledger/model/coverage.ts';
import { lowestIdAt } from '../../restore/object-id.ts';
import type { SelectedList } from './select-lists.ts';

/** Jobs to begin with that may be new, where those before them are known: Atlas's answer grows with what is requested. */
export const NEWEST = 20;
/** Their pages wait in memory. */
const MAX_PREFETCHED = 64;

/** A list whose first page is under way. */
export interface PrefetchedList {
  /** By our clock, in ms. */
  requestedMs: number;
  /** Ends when the page has come, or has failed, which is thrown to whoever reads the pages. */
  answered: Promise<void>;
  /** To be read once. */
  pages(): AsyncGenerator<JobPage>;
}

/** Where a reading will stop at what is known and settled, it need not begin with a whole page. */
export function newestOf({ recent, settledThrough, jobs }: ListCoverage): number | undefined {
  if (!recent || settledThrough === undefined) return undefined;
  const ids = Object.keys(recent);
  const lowest = lowestIdAt(settledThrough);
  const unsettled = ids.filter((id) => id >= lowest).length;
  // All of them are unsettled, and there are more: it is not known how many.
  return unsettled === ids.length && unsettled < jobs ? undefined : unsettled + NEWEST;
}

export function pagesOf(
  stored: ListCoverage | undefined,
  { full, resume, ahead }: { full: boolean; resume?: Resume | undefined; ahead: number },
): JobPagesOptions {
  const fromPage = resume?.page;
  return full ? { fromPage, ahead } : { fromPage, newest: stored && newestOf(stored) };
}

export interface PrefetchPorts {
  atlas: Pick<Atlas, 'jobPages'>;
  now(): number;
  /** Bounds the first page. @default none */
  limit?: LimitFunction;
}

/** An answer that nobody waits for any more may fail. */
export function prefetch(
  list: JobList,
  options: JobPagesOptions,
  { atlas, now, limit }: PrefetchPorts,
): PrefetchedList {
  const requestedMs = now();
  const rest = atlas.jobPages(list, options)[Symbol.asyncIterator]();
  const first = limit ? limit(() => rest.next()) : rest.next();
  return {
    requestedMs,
    answered: first.then(nothing, nothing),
    async *pages() {
      for (let page = await first; !page.done; page = await rest.next()) yield page.value;
    },
  };
}

const nothing = () => {};

/** By cluster and kind. */
export class PrefetchedLists {
  readonly #lists = new Map<string, { list: PrefetchedList; stored: ListCoverage }>();

  /** Requests the first of these. Whether a cluster is still the same is only known once Atlas has said which there are. */
  begin(projectId: string, lists: readonly SelectedList[], ports: PrefetchPorts) {
    for (const { cluster, kind } of lists.slice(0, MAX_PREFETCHED)) {
      const stored = cluster.lists[kind];
      if (!stored) continue;
      const { clusterName } = cluster;
      const options = pagesOf(stored, { full: false, ahead: 0 });
      const list = prefetch({ kind, projectId, clusterName }, options, ports);
      this.#lists.set(nameOf(clusterName, kind), { list, stored });
    }
  }

  get answered(): Promise<unknown> {
    return Promise.all([...this.#lists.values()].map(({ list }) => list.answered));
  }

  /** Once, and only where the coverage of the list is still what it was when the page was requested. */
  take(clusterName: string, kind: string, stored: ListCoverage | undefined): PrefetchedList | undefined {
    const name = nameOf(clusterName, kind);
    const found = this.#lists.get(name);
    this.#lists.delete(name);
    return found && stored && found.stored.attemptedAt === stored.attemptedAt ? found.list : undefined;
  }
}

const nameOf = (clusterName: string, kind: string) => `${kind} ${clusterName}`;
