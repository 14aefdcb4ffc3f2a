// functions/api/routes/openapi.ts serves the description of this API.
import type { Hono } from 'hono';
import { taggedJson } from '../etag.ts';
import { acceptable } from '../negotiate.ts';
import { openapi } from '../openapi.ts';
import type { ApiEnv } from '../ports.ts';
import { resource } from '../resource.ts';

export const openapiRoutes = (app: Hono<ApiEnv>) =>
  resource(app, '/openapi.json', {
    GET: (context) => {
      acceptable(context);
      return taggedJson(context, openapi());
    },
  });
