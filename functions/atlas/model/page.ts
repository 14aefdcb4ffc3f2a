// functions/atlas/model/page.ts: one page of a list.

/** Two readings returned fewer distinct items than Atlas says there are. */
export interface Shortfall {
  seen: number;
  totalCount: number;
}

export interface ItemsPage<T> {
  /** A reading that stops after this page goes on with `pageNum + 1`. */
  pageNum: number;
  items: T[];
  last: boolean;
  /** Atlas's estimate of the list's length, where it gives one. */
  totalCount?: number;
  /** With the last page. */
  short?: Shortfall;
  /** With the last page: the list shrank in each of two readings, so items may have moved past both. */
  moved?: true;
  /** With the last page: what Atlas says instead of how many there are, in each of two readings. */
  miscounted?: string;
  /** Its own count can be none, so that nothing on the page may be taken for all there is above it. */
  oddlyCounted?: true;
}

/** All that is kept of an answer: a generator holds on to its variables while its caller works. */
export interface Page {
  pageNum: number;
  elements: readonly unknown[];
  /** One for each element. */
  ids: readonly unknown[];
  /** Atlas says that there is another one. */
  next: boolean;
  /** Items of a full one, as far as is known. */
  size: number;
  /** Whether Atlas said so, and not only we. */
  sized: boolean;
  /** Whether it has a link to itself, as all of Atlas's pages do. */
  linked: boolean;
  totalCount: number | undefined;
  /** What came as the count, where it is none. */
  miscounted: string | undefined;
  last: boolean;
}
