// functions/atlas/pages.ts reads lists page by page, by number: links in an answer are its own word, not ours.
import { AtlasError } from './errors.ts';
import { ReadAhead, type ReadPage } from './read-ahead.ts';

export interface PagesOptions<T> {
  /** Names the list in messages. */
  what: string;
  /** As asked for. */
  itemsPerPage: number;
  /** @default 1 */
  fromPage?: number | undefined;
  /** Pages asked for before their turn, where Atlas says how many there are. Each waits in memory. @default 0 */
  ahead?: number | undefined;
  /** What tells items apart; needed to read ahead. */
  idOf?(item: T): unknown;
}

export interface ItemsPage<T> {
  pageNum: number;
  items: T[];
  last: boolean;
}

/** A list of that many pages of even one item does not exist: something is going round. */
const MOST_PAGES = 100_000;

/**
 * Yields page after page with one in memory, and those read ahead; a caller that stops early costs no further call. A list
 * that grows while it's read may bring an item twice, never lose one: which is which, the caller knows.
 * @throws AtlasError ATLAS_BAD_ANSWER for an answer that is no list, or a list without end
 */
export async function* pages<T>(read: ReadPage, parse: (element: unknown) => T, options: PagesOptions<T>) {
  const { what, fromPage = 1, idOf = () => undefined } = options;
  let { ahead = 0 } = options;
  const early = new ReadAhead(read);
  let before: readonly T[] | undefined;
  try {
    for (let pageNum = fromPage; pageNum < fromPage + MOST_PAGES; pageNum++) {
      const { items, next, size, totalCount } = pageOf(await early.take(pageNum), parse, options);
      if (before && isSame(items, before)) {
        if (next) throw endless(`${what} sends page ${pageNum - 1} again as page ${pageNum}, and so without end`);
        // Numbers past the end may be clamped to it (FACTS 1.1), which is an end all the same.
        yield { pageNum, items: [], last: true } satisfies ItemsPage<T>;
        return;
      }
      // Both marks: without a count, full pages came without `next`; `totalCount` is an estimate (FACTS 1.1, 12.1).
      const last = !next && items.length < size;
      if (ahead > 0 && !last) {
        // The list has grown while it's read: what was asked for before may have been answered before that, too.
        if (before && overlap(items, before, idOf)) {
          early.forget();
          ahead = 0; // and may grow on: from here in turn
        }
        early.ask(pageNum + 1, Math.min(pageNum + ahead, Math.ceil(totalCount / size)));
      }
      before = items;
      yield { pageNum, items, last } satisfies ItemsPage<T>;
      if (last) return;
    }
    throw endless(`${what} has not ended after ${MOST_PAGES} pages`);
  } finally {
    await early.settled();
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && isEqual(a[0], b[0]) && isEqual(a, b);
const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function overlap<T>(items: readonly T[], before: readonly T[], idOf: (item: T) => unknown): boolean {
  const ids = new Set(before.map(idOf));
  return items.some((item) => idOf(item) !== undefined && ids.has(idOf(item)));
}

interface Link {
  href?: unknown;
  rel?: unknown;
}

interface Page<T> {
  items: T[];
  /** Atlas says that there is another one. */
  next: boolean;
  /** Items of a full one. */
  size: number;
  /** 0 where Atlas did not count. */
  totalCount: number;
}

/** All that is kept of an answer: a generator holds on to its variables while its caller works. */
function pageOf<T>(answer: unknown, parse: (element: unknown) => T, options: PagesOptions<T>): Page<T> {
  const { what, itemsPerPage } = options;
  const { results, links, totalCount } = (answer ?? {}) as Record<string, unknown>;
  if (!Array.isArray(results)) {
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered without a list of results`);
  }
  const objects = Array.isArray(links) ? links.filter((link) => link !== null && typeof link === 'object') : [];
  return {
    items: results.map(parse),
    next: objects.some(({ rel }) => rel === 'next'),
    size: pageSize(objects, itemsPerPage),
    totalCount: Number.isSafeInteger(totalCount) ? Number(totalCount) : 0,
  };
}

/** Servers clamp what they're asked for and say so in `self`: a page full by that measure may not be the last. */
function pageSize(links: Link[], asked: number): number {
  const self = links.find(({ rel }) => rel === 'self')?.href;
  // Not parsed as a URL, which takes longer than a page of 20 jobs.
  const [, said] = (typeof self === 'string' && /[?&]itemsPerPage=(\d{1,9})(?:&|$)/.exec(self)) || [];
  const echoed = Number(said ?? 0);
  return echoed > 0 ? Math.min(asked, echoed) : asked;
}

const endless = (message: string) => new AtlasError('ATLAS_BAD_ANSWER', message, { lasting: true });
