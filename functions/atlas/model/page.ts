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
  /** With the last page: what both readings got as the count, if it isn't one. */
  miscounted?: string;
  /** The count of this page isn't a number, so the page proves nothing about the pages before it. */
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
  /** What was sent as the count, if it isn't one. */
  miscounted: string | undefined;
  last: boolean;
}
