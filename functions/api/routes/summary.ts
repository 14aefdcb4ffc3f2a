// functions/api/routes/summary.ts answers with a period's restores, counted.
import type { Hono } from 'hono';
import * as z from 'zod/mini';
import { acceptable } from '../negotiate.ts';
import { readParameters } from '../parameters.ts';
import type { ApiEnv, ApiPorts } from '../ports.ts';
import { resource } from '../resource.ts';
import { lastDays, summarise } from '../summary.ts';

const DEFAULT_DAYS = 30;

const period = {
  shape: z.pipe(
    z.string().check(z.regex(/^\d{1,3}d$/)),
    z.pipe(
      z.transform((value: string) => Number.parseInt(value, 10)),
      z.number().check(z.gte(1), z.lte(365)),
    ),
  ),
  expected: 'a number of days from 1d to 365d',
};

export const summaryRoutes = (app: Hono<ApiEnv>, { ledger, now }: Pick<ApiPorts, 'ledger' | 'now'>) =>
  resource(app, '/summary', {
    GET: async (context) => {
      acceptable(context);
      const { period: days = DEFAULT_DAYS } = readParameters(new URL(context.req.url).searchParams, { period });
      return context.json(await summarise(ledger, lastDays(days, now())));
    },
  });
