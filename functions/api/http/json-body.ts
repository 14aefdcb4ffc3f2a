// functions/api/http/json-body.ts: the body of a request, as JSON.
import type { HonoRequest } from 'hono';
import { defined } from '../../platform/defined.ts';
import { tryJson } from '../../platform/json.ts';
import { RequestProblem } from './problem.ts';

/** Of `Content-Type`, without parameters. */
export const mediaTypeOf = (request: HonoRequest): string =>
  (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** @param types accepted media types @param accept the header that names them @throws RequestProblem 400, 415 */
export async function jsonBody(
  request: HonoRequest,
  types: readonly [string, ...string[]],
  accept: 'accept-post' | 'accept-patch' | 'accept',
): Promise<unknown> {
  const type = mediaTypeOf(request);
  if (!types.includes(type)) {
    const detail = `expected ${types.join(' or ')}, got ${type ? JSON.stringify(type.slice(0, 100)) : 'nothing'}`;
    const headers = { [accept]: types.join(', ') };
    throw new RequestProblem('unsupported-media-type', { field: 'Content-Type', detail, headers });
  }
  const body = tryJson(await request.text());
  if (body === undefined) throw new RequestProblem('bad-body', { detail: 'expected JSON' });
  return body;
}

/** What is wrong with a parameter, as of a field of a body. @throws RequestProblem 422, and what else `read` throws */
export async function ofBody<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RequestProblem) || error.problem.status !== 400) throw error;
    throw new RequestProblem('invalid-body', defined({ field: error.problem.field, detail: error.problem.detail }));
  }
}
