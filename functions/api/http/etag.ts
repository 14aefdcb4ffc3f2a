// functions/api/http/etag.ts: answers that a client may already have.
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { codingFor, markCoded, uncodedTag } from './content-coding.ts';
import type { ApiEnv } from './ports.ts';

/** JSON as `taggedText` sends it. */
export const taggedJson = (context: Context<ApiEnv>, value: unknown): Response =>
  taggedText(context, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', vary: 'accept' });

/**
 * With a strong ETag, of these very bytes; 304 where `If-None-Match` names it. Clients may keep it, but ask about it every time.
 * HEAD says what GET would: there is no body to compress.
 */
export function taggedText(context: Context, body: string, others: Record<string, string>): Response {
  const etag = tagOf(body);
  const headers = new Headers({ 'cache-control': 'private, no-cache', ...others, etag });
  const named = namedTag(context.req.header('if-none-match'), etag);
  if (named !== undefined) {
    for (const name of ['content-type', 'content-disposition']) headers.delete(name);
    // The tag that the client has its answer by (RFC 9110, section 15.4.5).
    headers.set('etag', named);
    if (named !== etag) headers.append('vary', 'accept-encoding');
    return context.body(null, 304, Object.fromEntries(headers));
  }
  if (context.req.method === 'HEAD') {
    const coding = codingFor(headers, Buffer.byteLength(body), context.req.header('accept-encoding'));
    if (coding) markCoded(headers, coding);
  }
  return context.body(body, 200, Object.fromEntries(headers));
}

export function tagged(value: unknown): { body: string; etag: string } {
  const body = JSON.stringify(value);
  return { body, etag: tagOf(body) };
}

const tagOf = (body: string) => `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** RFC 9110 13.1.1: whether `If-Match` names it, by strong comparison. @param header `*` matches whatever is there */
export const isMatched = (header: string, etag: string): boolean =>
  header.trim() === '*' || tagsIn(header).includes(etag);

/** RFC 9110 13.1.2: any of a list, compared weakly, or `*`. @returns the tag that is the same, as it was sent, but strong */
function namedTag(header: string | undefined, etag: string): string | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return etag;
  const tags = sentTags(header).map((tag) => tag.replace(/^W\//, ''));
  return tags.find((tag) => tag === etag) ?? tags.find((tag) => uncodedTag(tag) === etag);
}

/** A tag of a coded answer stands for the same content; one of an answer as it is may end like one. */
const tagsIn = (header: string): string[] => sentTags(header).flatMap((tag) => [tag, uncodedTag(tag)]);

const sentTags = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];
