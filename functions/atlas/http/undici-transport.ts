// functions/atlas/http/undici-transport.ts: the HTTP transport over the connection pools of undici.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { defined } from '../../platform/defined.ts';
import { fieldsOf } from '../../platform/json.ts';
import { AtlasError, type AtlasErrorDetails } from '../model/errors.ts';
import { type ProxySettings, proxyFor, proxyName } from './proxy.ts';
import { headerOf, type Transport, type TransportAnswer, type TransportRequest } from './transport.ts';

export interface UndiciTransportOptions {
  /** Connections to one host, each with one request at a time; further requests wait for one. @default 32 */
  connections?: number | undefined;
  /** Longest silence in the middle of an answer, in ms. @default 10_000 */
  stallMs?: number | undefined;
  /** @default none */
  proxy?: ProxySettings | undefined;
}

/** Longest wait for a connection alone, in ms. */
const CONNECT_MS = 10_000;
// Off the main thread, so that requests which wait for a free connection are not held back (docs/decisions/0018-round-trips.md).
const gunzipInThread = promisify(gunzip);
const LASTING = { lasting: true };

export class UndiciTransport implements Transport {
  readonly #pools = new Map<string, Dispatcher>();
  readonly #connections: number;
  readonly #stallMs: number;
  readonly #proxy: ProxySettings | undefined;
  #closed = false;

  constructor({ connections = 32, stallMs = 10_000, proxy }: UndiciTransportOptions = {}) {
    this.#proxy = proxy;
    this.#connections = connections;
    this.#stallMs = stallMs;
  }

  async send(request: TransportRequest): Promise<TransportAnswer> {
    const { method, url, timeoutMs, signal } = request;
    // The query is left out: messages stay short, and the path says what was requested.
    const what = `${method} ${url.pathname}`;
    if (this.#closed) throw new AtlasError('ATLAS_UNAVAILABLE', `${what} was not sent: the client is closed`, LASTING);
    const stopping = new AbortController();
    const stop = (problem: string, details?: AtlasErrorDetails) =>
      stopping.abort(new AtlasError('ATLAS_UNAVAILABLE', `${what} ${problem}`, details));
    // undici heeds a signal only once a request has its connection.
    const stopped = new Promise<never>((_, reject) => {
      stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason));
    });
    const deadline = setTimeout(stop, timeoutMs, `was not answered in full within ${Math.ceil(timeoutMs)} ms`);
    const onClose = () => stop('was stopped: the client was closed', LASTING);
    signal?.addEventListener('abort', onClose, { once: true });
    if (signal?.aborted) onClose();
    try {
      return await Promise.race([stopped, this.#answer(what, request, stopping.signal)]);
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onClose);
    }
  }

  async close() {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }

  /** No cause is kept of an error: undici's can hold the request, and that holds the credentials. */
  async #answer(what: string, request: TransportRequest, signal: AbortSignal): Promise<TransportAnswer> {
    const { method, url, headers, body = null, timeoutMs, maxBytes } = request;
    const proxy = proxyFor(url, this.#proxy);
    let status: number | undefined;
    try {
      // Credentials go where this URL says and nowhere else: a pool knows one host, and redirects are answers here.
      const answer = await this.#pool(url.origin, proxy).request({
        ...{ origin: url.origin, path: url.pathname + url.search, method, body, signal },
        headers: { ...headers, 'accept-encoding': 'gzip' },
        headersTimeout: timeoutMs,
        bodyTimeout: Math.min(this.#stallMs, timeoutMs),
      });
      status = answer.statusCode;
      const raw = await readAtMost(maxBytes, what, answer);
      return { status, headers: answer.headers, body: await decode(what, answer.headers, raw, maxBytes) };
    } catch (error) {
      if (error instanceof AtlasError) throw error;
      throw noAnswer(error, what, `${url.host}${proxy ? ` through the proxy ${proxyName(proxy)}` : ''}`, status);
    }
  }

  #pool(origin: string, proxy: ProxySettings | undefined): Dispatcher {
    let pool = this.#pools.get(origin);
    if (!pool) {
      const connections = this.#connections;
      // The proxy tunnels (CONNECT): TLS is between this process and Atlas, and the proxy sees neither calls nor credentials.
      pool = proxy
        ? new ProxyAgent({ uri: proxy.url, connections, pipelining: 1 })
        : new Pool(origin, { connections, pipelining: 1, connect: { timeout: CONNECT_MS } });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}

/** @param status of the answer that was cut off */
function noAnswer(error: unknown, what: string, where: string, status: number | undefined): AtlasError {
  const code = codeOf(error);
  const unavailable = (problem: string, lasting = false) =>
    new AtlasError('ATLAS_UNAVAILABLE', `${what} ${problem}`, { ...defined({ status }), lasting });
  const [, refusal] = /^Proxy response \((\d{3})\)/.exec(error instanceof Error ? error.message : '') ?? [];
  if (refusal !== undefined) {
    const advice = refusal === '407' ? ': check the user and password in its URL' : '';
    return unavailable(`failed: no connection to ${where}, which answered ${refusal}${advice}`, Number(refusal) < 500);
  }
  if (/CONNECT_TIMEOUT|ETIMEDOUT/.test(code)) {
    return unavailable(`failed: no connection to ${where}, which took too long (${code})`);
  }
  if (/TIMEOUT/.test(code)) return unavailable(`took too long (${code})`);
  if (status !== undefined) return badAnswer(`${what} was answered ${status}, then cut off (${code})`, { status });
  if (/^HPE_|^HTTPParserError$|OVERFLOW/.test(code)) {
    return badAnswer(`${what} was answered with something that isn't HTTP (${code})`);
  }
  if (/CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|ERR_SSL|PRX_TLS/.test(code)) {
    return unavailable(`failed: the certificate of ${where} is not trusted (${code})`, true);
  }
  return unavailable(`failed: no connection to ${where} (${code})`);
}

const badAnswer = (message: string, details?: AtlasErrorDetails) =>
  new AtlasError('ATLAS_BAD_ANSWER', message, details);

async function readAtMost(maxBytes: number, what: string, { statusCode, headers, body }: Dispatcher.ResponseData) {
  if (Number(headerOf(headers, 'content-length') ?? 0) > maxBytes) {
    body.on('error', () => {}).destroy();
    throw tooLarge(what, maxBytes, { status: statusCode });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(what, maxBytes, { status: statusCode });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (what: string, maxBytes: number, details?: AtlasErrorDetails) =>
  badAnswer(`${what} was answered with more than ${maxBytes} bytes`, { ...LASTING, ...details });

async function decode(what: string, headers: TransportAnswer['headers'], raw: Buffer, maxBytes: number) {
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || raw.length === 0) return raw.toString('utf8');
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw badAnswer(`${what} was answered in an encoding that was not requested`);
  }
  try {
    return (await gunzipInThread(raw, { maxOutputLength: maxBytes })).toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(what, maxBytes);
    throw badAnswer(`${what} was answered with truncated or corrupt gzip`);
  }
}

/** Only what looks like a code, or else a name: messages of other libraries may hold anything. */
function codeOf(error: unknown): string {
  const { code, name } = fieldsOf(error);
  const said = typeof code === 'string' ? code : name;
  return typeof said === 'string' && /^\w{1,60}$/.test(said) ? said : 'unknown cause';
}
