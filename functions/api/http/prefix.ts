// functions/api/http/prefix.ts: answers of an app whose paths are below a prefix.
import type { Context } from 'hono';
import type { ApiEnv } from './ports.ts';

interface Text {
  headers: Record<string, string>;
  body: string;
}

/**
 * Its links are absolute paths in pages, and full addresses in headers. What isn't a page is left as it is: an address in it may be what
 * somebody said. The few links in JSON are written with the prefix (`ownUrl`).
 */
export function belowPrefix({ headers, body }: Text, origin: string, prefix: string): Text {
  if (prefix === '') return { headers, body };
  const full = (text: string) =>
    text.replaceAll(`${origin}/`, `${origin}${prefix}/`).replace(/^\/(?!\/)/, `${prefix}/`);
  const isPage = headers['content-type']?.startsWith('text/html');
  const moved = LINKING.flatMap((name) => (headers[name] ? [[name, full(headers[name])]] : []));
  return {
    headers: { ...headers, ...Object.fromEntries(moved) },
    body: isPage ? body.replaceAll(/(\s(?:href|src|action)=")\/(?!\/)/g, `$1${prefix}/`) : body,
  };
}

const LINKING = ['link', 'location', 'content-location'];

/** Of a request, without its query, as whoever sent it has to write it. */
export function ownUrl({ req, env }: Context<ApiEnv>): string {
  const { origin, pathname } = new URL(req.url);
  return `${origin}${env?.prefix ?? ''}${pathname}`;
}
