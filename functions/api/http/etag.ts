// functions/api/http/etag.ts: answers that a client may already have.
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { uncodedTag } from './content-coding.ts';
import type { ApiEnv } from './ports.ts';

/** JSON as `taggedText` sends it. */
export const taggedJson = (context: Context<ApiEnv>, value: unknown): Response =>
  taggedText(context, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', vary: 'accept' });

/** With a strong ETag, of these very bytes; 304 where `If-None-Match` names it. Clients may keep it, but ask about it every time. */
export function taggedText(context: Context, body: string, others: Record<string, string>): Response {
  const headers = { 'cache-control': 'private, no-cache', ...others, etag: tagOf(body) };
  if (!matches(context.req.header('if-none-match'), headers.etag)) return context.body(body, 200, headers);
  const { 'content-type': _, 'content-disposition': __, ...rest } = headers as Record<string, string>;
  return context.body(null, 304, rest);
}

export function tagged(value: unknown): { body: string; etag: string } {
  const body = JSON.stringify(value);
  return { body, etag: tagOf(body) };
}

const tagOf = (body: string) => `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** RFC 9110 13.1.1: whether `If-Match` names it, by strong comparison. @param header `*` matches whatever is there */
export const isMatched = (header: string, etag: string): boolean =>
  header.trim() === '*' || tagsIn(header).includes(etag);

/** RFC 9110 13.1.2: any of a list, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return tagsIn(header).some((tag) => tag.replace(/^W\//, '') === etag);
}

/** A tag of a coded answer stands for the same content; one of an answer as it is may end like one. */
const tagsIn = (header: string): string[] =>
  (header.match(/(?:W\/)?"[^"]*"/g) ?? []).flatMap((tag) => [tag, uncodedTag(tag)]);
