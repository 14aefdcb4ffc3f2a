// functions/collector/list/prefetch.ts asks for the first page of a list before anything is made of it: of known lists while Atlas is
// still asked which clusters there are, a round trip less for each project in nearly all runs; and so that our clock is measured
// before a time is written down.
import type { Atlas, JobList, JobPage, JobPagesOptions } from '../../atlas/model/atlas.ts';
import type { ListCoverage, Resume } from '../../ledger/model/coverage.ts';
import type { Semaphore } from '../../platform/semaphore.ts';
import { lowestIdAt } from '../../restore/object-id.ts';
import type { SelectedList } from './select-lists.ts';

/** Jobs to begin with that may be new, where those before them are known: Atlas's answer grows with what is asked for. */
export const NEWEST = 20;
/** Lists begun at once: their pages wait in memory. */
const MAX_BEGUN = 64;

/** A list whose first page is under way. */
export interface PrefetchedList {
  /** By our clock, in ms. */
  askedMs: number;
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

/** How the pages of a list are asked for. */
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
}

/** An answer that nobody asks for any more may fail. */
export function prefetch(
  list: JobList,
  options: JobPagesOptions,
  { atlas, now }: PrefetchPorts,
  hold: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): PrefetchedList {
  const askedMs = now();
  const rest = atlas.jobPages(list, options)[Symbol.asyncIterator]();
  const first = hold(() => rest.next());
  return {
    askedMs,
    answered: first.then(
      () => {},
      () => {},
    ),
    async *pages() {
      for (let page = await first; !page.done; page = await rest.next()) yield page.value;
    },
  };
}

/** Lists that were begun, by cluster and kind. */
export class PrefetchedLists {
  readonly #begun = new Map<string, { begun: PrefetchedList; stored: ListCoverage }>();

  /** Begins the first of these. Whether a cluster is still the same is only known once Atlas has said which there are. */
  begin(projectId: string, lists: readonly SelectedList[], ports: PrefetchPorts & { places: Semaphore }) {
    for (const { cluster, kind } of lists.slice(0, MAX_BEGUN)) {
      const stored = cluster.lists[kind];
      if (!stored) continue;
      const list = { kind, projectId, clusterName: cluster.clusterName };
      const options = pagesOf(stored, { full: false, ahead: 0 });
      this.#begun.set(nameOf(cluster.clusterName, kind), {
        begun: prefetch(list, options, ports, (work) => ports.places.run(work)),
        stored,
      });
    }
  }

  get answered(): Promise<unknown> {
    return Promise.all([...this.#begun.values()].map(({ begun }) => begun.answered));
  }

  /** Once, and only where the coverage of the list is still what it was begun with. */
  take(clusterName: string, kind: string, stored: ListCoverage | undefined): PrefetchedList | undefined {
    const name = nameOf(clusterName, kind);
    const found = this.#begun.get(name);
    this.#begun.delete(name);
    return found && stored && found.stored.attemptedAt === stored.attemptedAt ? found.begun : undefined;
  }
}

const nameOf = (clusterName: string, kind: string) => `${kind} ${clusterName}`;
