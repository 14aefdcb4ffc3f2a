// local/atlas/base/paging.ts: pages of a list, with links to each other (docs/atlas.md#1-1).
import { refusals } from './errors.ts';
import { type Link, type Scene, selfLink } from './scene.ts';

/** A list that is read in parts. */
export interface Listing {
  /** Asked for only where it is shown. */
  readonly total: number;
  slice(offset: number, limit: number): unknown[];
  /** Query parameters of its own, repeated in its links. */
  echo?: Record<string, string | readonly string[]>;
  /** False: it has no `includeCount`, and always counts. @default true */
  hasIncludeCount?: boolean;
  /** What `totalCount` is where nothing is counted. @default left out */
  uncounted?: number;
}

export interface Page {
  links: Link[];
  results: unknown[];
  totalCount?: number;
}

export interface PageOptions {
  /** Of the request, without its query. */
  path: string;
  query: URLSearchParams;
  scene: Scene;
  /** How many items of the page before every page repeats. @default 0 */
  overlap?: number;
  /** Larger `itemsPerPage` are clamped to it. @default 500 */
  mostItems?: number;
}

/** Limits in the OpenAPI file; what lies outside is clamped, not refused (docs/atlas.md#1-1). */
const MAX_ITEMS = 500;
const DEFAULT_ITEMS = 100;

/** @throws Refusal 400 for paging parameters that are no numbers or booleans. */
export function page(listing: Listing, { path, query, scene, overlap = 0, mostItems = MAX_ITEMS }: PageOptions): Page {
  const { hasIncludeCount = true, echo = {}, uncounted } = listing;
  const pageNum = Math.max(1, integer(query, 'pageNum', 1));
  const itemsPerPage = Math.min(mostItems, Math.max(1, integer(query, 'itemsPerPage', DEFAULT_ITEMS)));
  const includeCount = !hasIncludeCount || boolean(query, 'includeCount', true);
  const stride = Math.max(1, itemsPerPage - overlap);
  const offset = (pageNum - 1) * stride;

  const fixed = { ...(hasIncludeCount && { includeCount: String(includeCount) }), ...echo };
  // The `next` link on record has its parameters in another order than `self`: clients should not compare the two as text.
  const self = { ...fixed, pageNum, itemsPerPage };
  const neighbour = (number: number) => ({ ...fixed, itemsPerPage, pageNum: number });
  const link = (rel: string, parameters: Record<string, string | number | readonly string[]>): Link => {
    const pairs = Object.entries(parameters).flatMap(([name, value]) =>
      [value].flat().map((each) => `${name}=${encodeURIComponent(each)}`),
    );
    return { ...selfLink(scene, `${path}?${pairs.join('&')}`), rel };
  };

  const totalCount = includeCount ? listing.total : uncounted;
  const isLast = offset + itemsPerPage >= (totalCount ?? 0);
  const links = [link('self', self)];
  if (pageNum > 1) links.push(link('previous', neighbour(pageNum - 1)));
  // Without a count, Atlas sends no `next`, not even on a full page (docs/atlas.md#12-1).
  if (includeCount && !isLast) links.push(link('next', neighbour(pageNum + 1)));
  const results = listing.slice(offset, itemsPerPage);
  return { links, results, ...(totalCount !== undefined && { totalCount }) };
}

/** A listing of something that is already there in full. */
export const listing = <T>(items: readonly T[], show: (item: T) => unknown, echo?: Listing['echo']): Listing => ({
  total: items.length,
  slice: (offset, limit) => items.slice(offset, offset + limit).map(show),
  ...(echo && { echo }),
});

function integer(query: URLSearchParams, name: string, fallback: number) {
  const text = query.get(name) ?? String(fallback);
  if (!/^-?\d{1,9}$/.test(text)) throw refusals.invalidQuery(name, `${text} is not an integer.`);
  return Number(text);
}

/** @throws Refusal 400 for anything but `true` and `false`. */
export function boolean(query: URLSearchParams, name: string, fallback: boolean) {
  const text = query.get(name) ?? String(fallback);
  if (text !== 'true' && text !== 'false') throw refusals.invalidQuery(name, `${text} is not a boolean.`);
  return text === 'true';
}
