// functions/atlas/resources/paging.ts: the pages of a list, and whether they are all of it: no single sign of an end is trusted.

import { defined } from '../../platform/defined.ts';
import { fieldsOf } from '../../platform/json.ts';
import { described } from '../model/element-problem.ts';
import { AtlasError } from '../model/errors.ts';
import type { ItemsPage, Page } from '../model/page.ts';
import { PagePrefetch, type ReadPage } from './page-prefetch.ts';
import { Tally } from './tally.ts';

export interface PagesOptions {
  /** Names the list in messages. */
  what: string;
  /** As requested. */
  itemsPerPage: number;
  /** @default 1 */
  fromPage?: number | undefined;
  /** Pages requested before their turn, where Atlas says how many there are. Each waits in memory. @default 0 */
  ahead?: number | undefined;
  /** Items there are likely to be: once there is a first page, the others are requested, whether or not Atlas counts them. @default 0 */
  expected?: number | undefined;
  /** Read a list of several pages twice where Atlas doesn't count it, since nothing then shows that it shrank. @default false */
  confirm?: boolean | undefined;
  /** Identifies an element; undefined if nothing does. @default its `id`, if that is text */
  idOf?(element: unknown): unknown;
}

/** A list of that many pages of even one item does not exist: something is going round. */
const MAX_PAGES = 100_000;
/** Pages in a row of which each item is known: a list that grows by that much while it's read does not exist. */
const MAX_IDLE = 10;

/**
 * Yields page after page with one in memory, and those read ahead; a caller that stops early costs no further call. A list
 * that grows while it's read may bring an item twice, never lose one: which is which, the caller knows.
 *
 * The end is where a page is shorter than it could be, has no `next`, and leaves nothing missing of what Atlas counted. A
 * list that ends with less, or that shrank meanwhile (whatever then moved up past the page being read was not seen), is read once
 * more, and what is new in it follows. The last page says what was still missing then.
 * @throws AtlasError ATLAS_BAD_ANSWER for an answer without a list, or a list without end
 */
export async function* pages<T>(
  read: ReadPage,
  parse: (element: unknown) => T,
  options: PagesOptions,
): AsyncGenerator<ItemsPage<T>> {
  const { fromPage = 1 } = options;
  const first = new Tally();
  let doubtful = false;
  for await (const page of walk(read, options, first)) {
    doubtful = page.last && first.isDoubtful(options.confirm);
    // Whoever stops here begins anew.
    const { pageNum, last } = doubtful ? { pageNum: fromPage - 1, last: false } : page;
    yield { ...shown(page, parse), pageNum, last };
  }
  if (!doubtful) return;
  const second = new Tally();
  for await (const page of walk(read, { ...options, ahead: 0, expected: 0 }, second)) {
    const elements = first.unseen(page);
    yield { ...shown({ ...page, elements }, parse), ...(page.last ? second.shortcomingAfter(first) : {}) };
  }
}

const shown = <T>(
  { pageNum, elements, last, totalCount, miscounted }: Page,
  parse: (element: unknown) => T,
): ItemsPage<T> => {
  const oddlyCounted = miscounted === undefined ? undefined : (true as const);
  return defined({ pageNum, items: elements.map(parse), last, totalCount, oddlyCounted });
};

/** One reading from the first page to the end. */
async function* walk(read: ReadPage, options: PagesOptions, tally: Tally): AsyncGenerator<Page> {
  const { what, fromPage = 1, itemsPerPage, ahead = 0, expected = 0 } = options;
  const early = new PagePrefetch(read);
  let inTurn = ahead === 0 && expected === 0;
  const counted = ({ pageNum, totalCount = 0, size }: Page) => Math.min(pageNum + ahead, Math.ceil(totalCount / size));
  let [before, idle]: [Page | undefined, number] = [undefined, 0];
  try {
    for (let pageNum = fromPage; pageNum < fromPage + MAX_PAGES; pageNum++) {
      const page = pageOf(await early.take(pageNum), pageNum, options);
      const repeats = before !== undefined && isSame(page.elements, before.elements);
      if (repeats && page.next) {
        throw endless(`${what} sends page ${pageNum - 1} again as page ${pageNum}, and so without end`);
      }
      const { fresh, known } = tally.add(page, options);
      idle = fresh > 0 ? 0 : idle + 1;
      // Numbers past the end may be clamped to it (docs/atlas.md#1-1), which is an end all the same.
      page.last = repeats || (!page.next && tally.isEnd(page, fresh));
      if (!page.last && idle >= MAX_IDLE) {
        throw endless(`${what} has brought nothing new in ${MAX_IDLE} pages, and does not end`);
      }
      if (!inTurn && !page.last) {
        // The list has grown while it's read, and may grow on: what was requested before may have been answered before that, too.
        inTurn = before !== undefined && known > 0;
        if (inTurn) early.forget();
        else early.request(pageNum + 1, Math.max(counted(page), fromPage + Math.floor(expected / itemsPerPage)));
      }
      before = page;
      yield repeats ? { ...page, elements: [], ids: [] } : page;
      if (page.last) return;
    }
    throw endless(`${what} has not ended after ${MAX_PAGES} pages`);
  } finally {
    await early.settled();
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && isEqual(a[0], b[0]) && isEqual(a, b);
const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function pageOf(answer: unknown, pageNum: number, { what, itemsPerPage, idOf = ownId }: PagesOptions): Page {
  const { results, links, totalCount } = fieldsOf(answer);
  if (!Array.isArray(results)) {
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered without a list of results`);
  }
  const objects = Array.isArray(links) ? links.map(fieldsOf) : [];
  const echoed = echoedSize(objects);
  return {
    pageNum,
    elements: results,
    ids: results.map(idOf),
    next: objects.some(({ rel }) => rel === 'next'),
    size: Math.min(itemsPerPage, echoed ?? itemsPerPage),
    sized: echoed !== undefined,
    linked: objects.some(({ rel }) => rel === 'self'),
    totalCount: countOf(totalCount, results.length),
    miscounted: isCount(totalCount) ? undefined : described(totalCount),
    last: false,
  };
}

const isCount = (totalCount: unknown) =>
  totalCount === undefined || totalCount === null || (Number.isSafeInteger(totalCount) && Number(totalCount) >= 0);

/** Lists that aren't counted have been seen to say 0 (docs/atlas.md#12-1), with items on the page. */
const countOf = (totalCount: unknown, items: number) =>
  Number.isSafeInteger(totalCount) && (Number(totalCount) > 0 || (totalCount === 0 && items === 0))
    ? Number(totalCount)
    : undefined;

const ownId = (element: unknown) => {
  const { id } = fieldsOf(element);
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/** Servers clamp what is requested and say so in `self`: a page full by that measure may not be the last. */
function echoedSize(links: Record<string, unknown>[]): number | undefined {
  const self = links.find(({ rel }) => rel === 'self')?.href;
  // Not parsed as a URL, which takes longer than a page of 20 jobs.
  const [, size] = (typeof self === 'string' && /[?&]itemsPerPage=(\d{1,9})(?:&|$)/.exec(self)) || [];
  return Number(size ?? 0) > 0 ? Number(size) : undefined;
}

const endless = (message: string) => new AtlasError('ATLAS_BAD_ANSWER', message, { lasting: true });
