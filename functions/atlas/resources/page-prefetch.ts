// functions/atlas/resources/page-prefetch.ts: pages of a list that are requested early, so that a long list takes two round trips instead
// of one per page.
//
// Pages of a list that grows at its top move down while they are under way: of two neighbours the lower one may have been
// answered before, the upper one after, and what lay between them is in neither. Such a move shows: the first page that
// was answered after it repeats the end of the page before. So whoever sees a repeat forgets what was requested early and
// goes on in turn, and no item is lost that reading one page after the other would have found.

/** One page as Atlas sent it. */
export type ReadPage = (pageNum: number) => Promise<unknown>;

export class PagePrefetch {
  readonly #read: ReadPage;
  #requested = new Map<number, Promise<unknown>>();
  #forgotten: Promise<unknown>[] = [];

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /** Requests these pages, first and last included, where that has not been done. */
  request(from: number, to: number) {
    for (let pageNum = from; pageNum <= to; pageNum++) {
      if (this.#requested.has(pageNum)) continue;
      const page = this.#read(pageNum);
      page.catch(() => {}); // whoever takes the page gets the error; a page that nobody takes may fail
      this.#requested.set(pageNum, page);
    }
  }

  /** The page, requested now or earlier. @throws what the reading of it throws */
  take(pageNum: number): Promise<unknown> {
    const page = this.#requested.get(pageNum) ?? this.#read(pageNum);
    this.#requested.delete(pageNum);
    return page;
  }

  /** What was requested is requested again when it is taken. */
  forget() {
    this.#forgotten.push(...this.#requested.values());
    this.#requested = new Map();
  }

  /** Nothing is under way any longer. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#requested.values(), ...this.#forgotten]);
  }
}
