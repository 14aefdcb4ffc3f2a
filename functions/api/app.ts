// functions/api/app.ts: the HTTP API as a Hono app, the same behind API Gateway and on a laptop.
import { randomUUID } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import { LedgerError } from '../ledger/model/errors.ts';
import { CursorError } from '../ledger/model/ledger.ts';
import { atlasRoutes } from './atlas-compat/routes.ts';
import { evidenceRoutes } from './evidence/routes.ts';
import { taggedJson } from './http/etag.ts';
import { acceptable } from './http/negotiate.ts';
import { type ApiEnv, type ApiPorts, LEDGER_RETRY } from './http/ports.ts';
import { badParameter, notFound, RequestProblem } from './http/problem.ts';
import { allowed, refuseOthers, resource } from './http/resource.ts';
import { annotationRoutes } from './routes/annotations.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { expectedRestoreRoutes } from './routes/expected-restores.ts';
import { recoveryRoutes } from './routes/recovery.ts';
import { restoreJobRoutes } from './routes/restore-jobs.ts';
import { runRoutes } from './routes/runs.ts';
import { searchRoutes } from './routes/search.ts';
import { summaryRoutes } from './routes/summary.ts';
import { messagePage, PAGE_HEADERS } from './web/html/layout.ts';
import { pageRoutes } from './web/routes.ts';

export function apiApp(ports: ApiPorts): Hono<ApiEnv> {
  const { log } = ports;
  // Hono's usual router compiles all paths, for whoever asks first.
  const app = new Hono<ApiEnv>({ router: new TrieRouter() });
  app.use(requestId, securityHeaders);

  resource(app, '/health', { GET: (context) => context.json({ status: 'ok' }) });
  resource(app, '/openapi.json', {
    GET: async (context) => {
      acceptable(context);
      const { openapi } = await import('./openapi/openapi.ts'); // with zod, which a start that only reads doesn't need
      return taggedJson(context, openapi());
    },
  });
  restoreJobRoutes(app, ports);
  annotationRoutes(app, ports);
  expectedRestoreRoutes(app, ports);
  runRoutes(app, ports);
  coverageRoutes(app, ports);
  summaryRoutes(app, ports);
  recoveryRoutes(app, ports);
  searchRoutes(app, ports);
  evidenceRoutes(app, ports);
  app.route('/api/atlas/v2', atlasRoutes(ports));
  const page = pageRoutes(ports);
  app.route('/', page);
  for (const { path } of page.routes) refuseOthers(app, path, allowed({ GET: true }));

  app.notFound((context) => {
    if (!context.req.header('accept')?.includes('text/html'))
      return answer(context, notFound('GET /openapi.json says what there is'));
    const message = 'This ledger has nothing under that address.';
    return context.html(messagePage('No such page', message, (ports.now ?? Date.now)()), 404, PAGE_HEADERS);
  });
  app.onError((error, context) => answer(context, problemOf(error, context)));
  return app;

  function problemOf(error: Error, context: Context<ApiEnv>): RequestProblem {
    if (error instanceof RequestProblem) return error;
    if (error instanceof CursorError) {
      return badParameter(context.req.query('before') === undefined ? 'cursor' : 'before', error.message);
    }
    const { method, path } = context.req;
    if (hasLeft(error, context)) {
      log.info('caller left', { requestId: context.get('requestId'), request: `${method} ${path}` });
      return new RequestProblem('bad-body', { detail: 'the body is not complete' });
    }
    log.error('request failed', {
      requestId: context.get('requestId'),
      request: `${method} ${path}`,
      error: error.name,
      reason: error.message,
      stack: error.stack,
    });
    if (!(error instanceof LedgerError && error.transient)) return new RequestProblem('internal');
    return new RequestProblem('unavailable', { headers: { ...LEDGER_RETRY } });
  }
}

/**
 * The connection was closed while the body was read: nothing is wrong here, and nobody gets the answer. In Lambda bodies come whole.
 * What else goes wrong after a caller has left is still an error.
 */
const hasLeft = (error: Error, { req }: Context<ApiEnv>): boolean =>
  req.raw.signal?.aborted === true && !(error instanceof LedgerError) && 'code' in error && error.code === 'ECONNRESET';

const answer = (context: Context<ApiEnv>, problem: RequestProblem) => problem.response(context.get('requestId'));

/** API Gateway's own, so that a caller's, its access log's and our log's are the same. */
const requestId: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const id = context.env?.requestContext?.requestId ?? randomUUID();
  context.set('requestId', id);
  await next();
  context.res.headers.set('x-request-id', id);
};

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What a route set itself stays: the page has a policy of its own. */
const securityHeaders: MiddlewareHandler<ApiEnv> = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
};
