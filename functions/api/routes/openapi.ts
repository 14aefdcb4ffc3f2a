// functions/api/routes/openapi.ts: GET /openapi.json.
import type { Hono } from 'hono';
import { taggedJson } from '../http/etag.ts';
import { acceptable } from '../http/negotiate.ts';
import type { ApiEnv } from '../http/ports.ts';
import { resource } from '../http/resource.ts';

export const openapiRoutes = (app: Hono<ApiEnv>) =>
  resource(app, '/openapi.json', {
    GET: async (context) => {
      acceptable(context);
      const { openapi } = await import('../openapi/openapi.ts'); // with zod, which a start that only reads doesn't need
      return taggedJson(context, openapi());
    },
  });
