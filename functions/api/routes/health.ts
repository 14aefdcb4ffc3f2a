// functions/api/routes/health.ts says that the function is there. It reads nothing, so asking often costs nothing.
import type { Hono } from 'hono';
import type { ApiEnv } from '../http/ports.ts';
import { resource } from '../http/resource.ts';

export const healthRoutes = (app: Hono<ApiEnv>) =>
  resource(app, '/health', { GET: (context) => context.json({ status: 'ok' }) });
