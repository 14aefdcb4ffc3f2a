// local/atlas/http/asked.ts: a request as received, before anything about it is checked.
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Asked {
  method: string;
  path: string;
  /** Path and query, byte for byte as sent: digests are computed over it. */
  target: string;
  query: URLSearchParams;
  authorization: string | undefined;
  accept: string | undefined;
  contentType: string | undefined;
  /** The caller's. */
  address: string;
  /** By the simulator's clock, in ms since the epoch. */
  now: number;
  /** '' where none was sent. */
  body: string;
}

export async function asked(request: IncomingMessage, now: number): Promise<Asked> {
  const { method = 'GET', url: target = '/', headers } = request;
  const [path = '', ...query] = target.split('?');
  return {
    method,
    path,
    target,
    query: new URLSearchParams(query.join('?')),
    authorization: headers.authorization,
    accept: headers.accept,
    contentType: headers['content-type'],
    address: request.socket.remoteAddress ?? '',
    now,
    body: method === 'GET' ? '' : await text(request),
  };
}
