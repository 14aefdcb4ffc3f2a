// functions/atlas/pages.ts reads lists page by page, by number: links in an answer are its own word, not ours.
import { AtlasError } from './errors.ts';

/** One page as Atlas sent it. */
export type ReadPage = (pageNum: number) => Promise<unknown>;

export interface PagesOptions {
  /** Names the list in messages. */
  what: string;
  /** As asked for. */
  itemsPerPage: number;
  /** @default 1 */
  fromPage?: number | undefined;
}

export interface ItemsPage<T> {
  pageNum: number;
  items: T[];
  last: boolean;
}

/** A list of that many pages of even one item does not exist: something is going round. */
const MOST_PAGES = 100_000;

/**
 * Yields page after page with one in memory; a caller that stops early costs no further call. A list that grows while
 * it's read may bring an item twice, never lose one: which is which, the caller knows.
 * @throws AtlasError ATLAS_BAD_ANSWER for an answer that is no list, or a list without end
 */
export async function* pages<T>(read: ReadPage, parse: (element: unknown) => T, options: PagesOptions) {
  const { what, itemsPerPage, fromPage = 1 } = options;
  let before: string | undefined;
  for (let pageNum = fromPage; pageNum < fromPage + MOST_PAGES; pageNum++) {
    const { results, links } = asList(await read(pageNum), what);
    const items = results.map(parse);
    const next = links.some(({ rel }) => rel === 'next');
    const content = JSON.stringify(items);
    if (content === before) {
      if (next) throw endless(`${what} sends page ${pageNum - 1} again as page ${pageNum}, and so without end`);
      // Numbers past the end may be clamped to it (FACTS 1.1), which is an end all the same.
      yield { pageNum, items: [], last: true } satisfies ItemsPage<T>;
      return;
    }
    before = content;
    // Both marks: without a count, full pages came without `next`; `totalCount` is an estimate (FACTS 1.1, 12.1).
    const last = !next && results.length < pageSize(links, itemsPerPage);
    yield { pageNum, items, last } satisfies ItemsPage<T>;
    if (last) return;
  }
  throw endless(`${what} has not ended after ${MOST_PAGES} pages`);
}

interface Link {
  href?: unknown;
  rel?: unknown;
}

function asList(answer: unknown, what: string): { results: unknown[]; links: Link[] } {
  const { results, links } = (answer ?? {}) as Record<string, unknown>;
  if (!Array.isArray(results)) {
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered without a list of results`);
  }
  const objects = Array.isArray(links) ? links.filter((link) => link !== null && typeof link === 'object') : [];
  return { results, links: objects };
}

/** Servers clamp what they're asked for and say so in `self`: a page full by that measure may not be the last. */
function pageSize(links: Link[], asked: number): number {
  const self = links.find(({ rel }) => rel === 'self')?.href;
  if (typeof self !== 'string' || !URL.canParse(self)) return asked;
  const echoed = Number(new URL(self).searchParams.get('itemsPerPage'));
  return Number.isInteger(echoed) && echoed > 0 ? Math.min(asked, echoed) : asked;
}

const endless = (message: string) => new AtlasError('ATLAS_BAD_ANSWER', message, { lasting: true });
