// test/local/atlas/client.ts: a client of the simulator with none of its code: node:http, and RFC 7616 by hand.
import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { AtlasSimulator } from '../../../local/atlas/server.ts';

export interface Reply<T = unknown> {
  status: number;
  headers: IncomingHttpHeaders;
  /** Decompressed. */
  text: string;
  /** The text as JSON; undefined where it is none. */
  body: T;
}

export interface List<T = Record<string, unknown>> {
  results: T[];
  links: { href: string; rel: string }[];
  totalCount?: number;
}

export interface ApiErrorBody {
  error: number;
  errorCode: string;
  detail: string;
  reason: string;
  parameters: unknown[];
  badRequestDetail?: { fields: { field: string; description: string }[] };
}

export const NEWEST = 'application/vnd.atlas.2025-03-12+json';

/** One request on a connection of its own, exactly as told. */
export async function send<T>(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply<T>> {
  const { method = 'GET', headers = {}, body } = options;
  const { hostname, port } = new URL(url);
  // Not by URL: that would rewrite the path, and digests are computed over it byte for byte.
  const path = url.slice(url.indexOf(port) + port.length);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      buffer(response).then((bytes) => {
        const text = String(response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) as T });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export interface Signature {
  method?: string;
  /** Path and query. */
  uri: string;
  publicKey: string;
  privateKey: string;
  nonce: string;
  count: number;
  cnonce?: string;
}

/** An `Authorization` header for the digest scheme, by RFC 7616, section 3.4. */
export function digest({ method = 'GET', uri, publicKey, privateKey, nonce, count, cnonce = 'c0ffee' }: Signature) {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const nc = count.toString(16).padStart(8, '0');
  const ha1 = md5(`${publicKey}:MMS Public API:${privateKey}`);
  const response = md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  const quoted = { username: publicKey, realm: 'MMS Public API', nonce, uri, response, cnonce };
  const pairs = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`);
  return `Digest ${[...pairs, 'algorithm=MD5', 'qop=auth', `nc=${nc}`].join(', ')}`;
}

/** The nonce that a 401 offers. */
export const nonceOf = ({ headers }: Reply) => /nonce="([^"]*)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? '';

/** A client with an API key: one nonce with a rising count, a new one when it is stale. */
export class DigestClient {
  readonly #atlas: AtlasSimulator;
  #nonce = '';
  #count = 0;

  constructor(atlas: AtlasSimulator) {
    this.#atlas = atlas;
  }

  /** @param path below `/api/atlas/v2`, or an absolute URL. */
  async get<T = List>(path: string, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return this.#send('GET', path, headers);
  }

  async post<T = Record<string, unknown>>(path: string, body: unknown): Promise<Reply<T>> {
    return this.#send('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  async #send<T>(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Reply<T>> {
    const { url, apiKey } = this.#atlas;
    const uri = path.startsWith(url) ? path.slice(url.length) : `/api/atlas/v2${path}`;
    const signed = () => {
      const authorization = digest({ method, uri, ...apiKey, nonce: this.#nonce, count: ++this.#count });
      const all = { accept: NEWEST, ...headers, authorization };
      return send<T>(`${url}${uri}`, { method, headers: all, ...(body !== undefined && { body }) });
    };
    if (this.#nonce === '') this.#nonce = nonceOf(await send(`${url}${uri}`, { method }));
    const reply = await signed();
    if (!reply.headers['www-authenticate']?.includes('stale=true')) return reply;
    this.#nonce = nonceOf(reply);
    this.#count = 0;
    return signed();
  }
}

/** Every page of a list, following `next`. */
export async function pages<T = Record<string, unknown>>(client: DigestClient, path: string): Promise<T[][]> {
  const read: T[][] = [];
  for (let next: string | undefined = path; next; ) {
    const { body }: Reply<List<T>> = await client.get<List<T>>(next);
    read.push(body.results);
    next = body.links.find(({ rel }) => rel === 'next')?.href;
  }
  return read;
}

/** Requests a token. */
export const requestToken = (
  { url, serviceAccount }: AtlasSimulator,
  { body = 'grant_type=client_credentials', basic = `${serviceAccount.clientId}:${serviceAccount.clientSecret}` } = {},
) =>
  send<{ access_token: string; expires_in: number; token_type: string }>(`${url}/api/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body,
  });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
