// functions/api/routes/summary.ts: GET /summary: the restores of a period, counted.
import type { Hono } from 'hono';
import { taggedJson } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import { type Parameter, queryOf, readParameters, wholeNumber } from '../http/parameters.ts';
import type { ApiEnv, ApiPorts } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { lastDays, summarize } from '../query/summary.ts';

const DEFAULT_DAYS = 30;

const days = wholeNumber(1, 365);
const period: Parameter<number> = {
  ...{
    schema: { type: 'string', pattern: '^([1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-5])d$' },
    description: 'Days, today included: 1d to 365d.',
  },
  read: (value) => (/^[1-9]\d{0,2}d$/.test(value) ? days.read(value.slice(0, -1)) : undefined),
  expected: 'a number of days from 1d to 365d',
};

export const SUMMARY_PARAMETERS = { period };

export const summaryRoutes = (app: Hono<ApiEnv>, { ledger, now }: Pick<ApiPorts, 'ledger' | 'now'>) =>
  resource(app, '/summary', {
    GET: async (context) => {
      acceptable(context);
      const { period: asked = DEFAULT_DAYS } = readParameters(queryOf(context), SUMMARY_PARAMETERS);
      return taggedJson(context, await summarize(ledger, lastDays(asked, now())));
    },
  });
