// functions/platform/lists/up-to.ts: a paged list, item by item.
import { defined } from '../defined.ts';

interface Page<T> {
  items: readonly T[];
  /** Of the next page. Absent: this is the last one. */
  cursor?: string | undefined;
}

/** The API's largest page. */
export const MAX_PAGE = 200;

/** The items of a paged list, up to a limit; one page is in memory. */
export async function* upTo<T>(
  limit: number,
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  for (let left = limit; left > 0; ) {
    const page = await read({ limit: Math.min(MAX_PAGE, left), ...defined({ cursor }) });
    yield* page.items;
    left -= page.items.length;
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}
