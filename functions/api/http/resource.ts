// functions/api/http/resource.ts: a path and its methods; others are refused.
import type { Handler, Hono } from 'hono';
import type { ApiEnv } from './ports.ts';
import { RequestProblem } from './problem.ts';

export interface Methods {
  GET?: Handler<ApiEnv>;
  POST?: Handler<ApiEnv>;
  PUT?: Handler<ApiEnv>;
  PATCH?: Handler<ApiEnv>;
  DELETE?: Handler<ApiEnv>;
}

/** HEAD is answered as GET without its body, by Hono. */
export const allowed = (methods: object) =>
  [...Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');

/** @param refuse what is thrown for other methods. @default RequestProblem 405 */
export function resource(app: Hono<ApiEnv>, path: string, methods: Methods, refuse?: (allow: string) => Error) {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  refuseOthers(app, path, allowed(methods), refuse);
}

export function refuseOthers(
  app: Hono<ApiEnv>,
  path: string,
  allow: string,
  refuse: (allow: string) => Error = methodNotAllowed,
) {
  app.options(path, (context) => context.body(null, 204, { allow }));
  app.all(path, () => {
    throw refuse(allow);
  });
}

const methodNotAllowed = (allow: string) =>
  new RequestProblem('method-not-allowed', { detail: `there are: ${allow}`, headers: { allow } });
