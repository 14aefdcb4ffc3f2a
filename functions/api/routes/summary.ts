// functions/api/routes/summary.ts answers with a period's restores, counted.
import type { Hono } from 'hono';
import { acceptable } from '../http/negotiate.ts';
import { type Parameter, readParameters, wholeNumber } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { lastDays, summarize } from '../query/summary.ts';

const DEFAULT_DAYS = 30;

const days = wholeNumber(1, 365);
const period: Parameter<number> = {
  read: (value) => (/^\d{1,3}d$/.test(value) ? days.read(value.slice(0, -1)) : undefined),
  expected: 'a number of days from 1d to 365d',
};

export const summaryRoutes = (app: Hono<ApiEnv>, { ledger, now }: Pick<ApiPorts, 'ledger' | 'now'>) =>
  resource(app, '/summary', {
    GET: async (context) => {
      acceptable(context);
      const { period: asked = DEFAULT_DAYS } = readParameters(new URL(context.req.url).searchParams, { period });
      return context.json(await summarize(ledger, lastDays(asked, now())));
    },
  });
