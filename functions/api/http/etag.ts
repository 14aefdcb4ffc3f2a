// functions/api/http/etag.ts: answers that a client may already have.
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { ApiEnv } from './ports.ts';

/** JSON with a strong ETag, of these very bytes; 304 where `If-None-Match` names it. */
export function taggedJson(context: Context<ApiEnv>, value: unknown): Response {
  const { body, etag } = tagged(value);
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'accept' }; // kept, but asked about every time
  if (matches(context.req.header('if-none-match'), etag)) return context.body(null, 304, headers);
  return context.body(body, 200, { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

export function tagged(value: unknown): { body: string; etag: string } {
  const body = JSON.stringify(value);
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** RFC 9110 13.1.1: whether `If-Match` names it, by strong comparison. @param header `*` matches whatever is there */
export const isMatched = (header: string, etag: string): boolean =>
  header.trim() === '*' || ((header.match(/(?:W\/)?"[^"]*"/g) ?? []) as string[]).includes(etag);

/** RFC 9110 13.1.2: any of a list, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, '') === etag);
}
