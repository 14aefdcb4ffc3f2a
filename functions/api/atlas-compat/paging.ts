// functions/api/atlas-compat/paging.ts: Atlas's paging parameters, and the links between pages (docs/atlas.md#1-1).
import { refusals } from './response-error.ts';

/** Limits in the OpenAPI file; what lies outside is clamped, not refused (docs/atlas.md#1-1). */
const MAX_ITEMS = 500;
const DEFAULT_ITEMS = 100;

export interface Asked {
  pageNum: number;
  itemsPerPage: number;
  includeCount: boolean;
  envelope: boolean;
  pretty: boolean;
}

/** Unknown parameters are ignored, as Atlas does. @throws Refusal 400 for what is no number, or neither true nor false */
export function asked(query: URLSearchParams): Asked {
  return {
    pageNum: Math.max(1, integer(query, 'pageNum', 1)),
    itemsPerPage: Math.min(MAX_ITEMS, Math.max(1, integer(query, 'itemsPerPage', DEFAULT_ITEMS))),
    includeCount: boolean(query, 'includeCount', true),
    ...askedOfOne(query),
  };
}

/** What single jobs take. @throws Refusal 400 */
export const askedOfOne = (query: URLSearchParams): Pick<Asked, 'envelope' | 'pretty'> => ({
  envelope: boolean(query, 'envelope', false),
  pretty: boolean(query, 'pretty', false),
});

export interface Link {
  href: string;
  rel: string;
}

/**
 * `next` also without a count, where Atlas leaves it out (docs/atlas.md#12-1): a client that waits for it misses nothing.
 * @param url of the request, without its query
 */
export function pageLinks(url: string, { pageNum, itemsPerPage, includeCount }: Asked, more: boolean): Link[] {
  const link = (rel: string, number: number) => {
    const query = new URLSearchParams({
      includeCount: String(includeCount),
      pageNum: String(number),
      itemsPerPage: String(itemsPerPage),
    });
    return { href: `${url}?${query}`, rel };
  };
  return [
    link('self', pageNum),
    ...(pageNum > 1 ? [link('previous', pageNum - 1)] : []),
    ...(more ? [link('next', pageNum + 1)] : []),
  ];
}

function integer(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name) ?? String(fallback);
  if (!/^-?\d{1,9}$/.test(text)) throw refusals.invalidQuery(name, 'must be an integer');
  return Number(text);
}

function boolean(query: URLSearchParams, name: string, fallback: boolean): boolean {
  const text = query.get(name) ?? String(fallback);
  if (text !== 'true' && text !== 'false') throw refusals.invalidQuery(name, 'must be true or false');
  return text === 'true';
}
