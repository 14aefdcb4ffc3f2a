// functions/api/routes/openapi.ts serves the description of this API.
import type { Hono } from 'hono';
import { taggedJson } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import type { ApiEnv } from '../http/ports.ts';
import { resource } from '../http/resource.ts';
import { openapi } from '../openapi/openapi.ts';

export const openapiRoutes = (app: Hono<ApiEnv>) =>
  resource(app, '/openapi.json', {
    GET: (context) => {
      acceptable(context);
      return taggedJson(context, openapi());
    },
  });
