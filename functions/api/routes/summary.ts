// functions/api/routes/summary.ts: GET /summary: the restores of a period, counted: all, or those that fit a filter, and by one field.
import type { Hono } from 'hono';
import { taggedJson } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import { queryOf } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { askedSummary } from '../query/asked-summary.ts';

export const summaryRoutes = (app: Hono<ApiEnv>, { ledger, now }: Pick<ApiPorts, 'ledger' | 'now'>) =>
  resource(app, '/summary', {
    GET: async (context) => {
      acceptable(context);
      return taggedJson(context, await askedSummary(ledger, queryOf(context), now()));
    },
  });
