// functions/api/routes/search.ts: GET /search: what a text is the id or the name of, as JSON; for a browser a page, or the page of the only hit.
import type { Context, Hono } from 'hono';
import { taggedJson, taggedText } from '../http/etag.ts';
import { acceptable, FORMATS } from '../http/negotiate.ts';
import { queryOf, readParameters } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { badParameter } from '../http/problem.ts';
import { resource } from '../http/resource.ts';
import { onlyHit, SEARCH_PARAMETERS, search } from '../query/search.ts';
import { PAGE_HEADERS } from '../web/html/layout.ts';
import { searchPage } from '../web/pages/search-page.ts';

const HTML = 'text/html';

export function searchRoutes(app: Hono<ApiEnv>, { ledger, now }: Pick<ApiPorts, 'ledger' | 'now'>) {
  resource(app, '/search', {
    GET: async (context) => (acceptable(context, [FORMATS.json, HTML]) === HTML ? page(context) : json(context)),
  });

  async function json(context: Context<ApiEnv>) {
    const { q } = readParameters(queryOf(context), SEARCH_PARAMETERS);
    if (q === undefined) throw badParameter('q', `expected ${SEARCH_PARAMETERS.q.expected}, got nothing`);
    return taggedJson(context, await search(ledger, q));
  }

  /** Whatever else the address has is ignored, as on other pages. */
  async function page(context: Context<ApiEnv>) {
    const q = (queryOf(context).get('q') ?? '').trim();
    const asked = SEARCH_PARAMETERS.q.read(q);
    const result = asked === undefined ? undefined : await search(ledger, asked);
    const only = result && onlyHit(result);
    if (only) return context.redirect(only.page, 303);
    const html = searchPage({ q: asked ?? q.slice(0, 200), tooLong: asked === undefined && q !== '', result }, now());
    const type = { 'content-type': 'text/html; charset=UTF-8' };
    return taggedText(context, String(await html), { ...PAGE_HEADERS, ...type, vary: 'accept' });
  }
}
