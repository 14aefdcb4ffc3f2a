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
    const what = nameOf(request);
    if (this.#closed) throw closedError(what);
    const proxy = proxyFor(request.url, this.#proxy);
    const pool = this.#pool(request.url.origin, proxy);
    const { status, headers, chunks } = await new Promise<RawAnswer>((resolve, reject) => {
      const reader = new Reader(request, proxy, resolve, reject);
      // Credentials go where this URL says and nowhere else: a pool knows one host, and redirects are answers here.
      pool.dispatch(
        {
          origin: request.url.origin,
          method: request.method,
          path: request.url.pathname + request.url.search,
          headers: { ...request.headers, 'accept-encoding': 'gzip' },
          body: request.body ?? null,
          headersTimeout: request.timeoutMs,
          bodyTimeout: Math.min(this.#stallMs, request.timeoutMs),
        },
        reader,
      );
    });
    return { status, headers, body: await decode(what, headers, Buffer.concat(chunks), request.maxBytes) };
  }

  async close() {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
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

interface RawAnswer {
  status: number;
  headers: TransportAnswer['headers'];
  chunks: Buffer[];
}

/** Collects one answer within its limits. */
class Reader implements Dispatcher.DispatchHandler {
  readonly #what: string;
  readonly #request: TransportRequest;
  /** Host that was to be reached, and through what. */
  readonly #where: string;
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: AtlasError) => void;
  readonly #deadline: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #bytes = 0;
  #answer: RawAnswer | undefined;

  constructor(
    request: TransportRequest,
    proxy: ProxySettings | undefined,
    resolve: (answer: RawAnswer) => void,
    reject: (error: AtlasError) => void,
  ) {
    this.#where = `${request.url.host}${proxy ? ` through the proxy ${proxyName(proxy)}` : ''}`;
    this.#request = request;
    this.#what = nameOf(request);
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deadline = setTimeout(() => this.#fail('ATLAS_UNAVAILABLE', timedOut(request)), request.timeoutMs);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (request.signal?.aborted) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
    // The deadline may have passed while the request waited for a connection.
    if (this.#settled) controller.abort(new Error('stopped'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: TransportAnswer['headers']) {
    this.#answer = { status, headers, chunks: [] };
    const announced = Number(headerOf(headers, 'content-length') ?? 0);
    if (announced > this.#request.maxBytes) this.#tooLarge();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer) {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#request.maxBytes) this.#tooLarge();
    else this.#answer?.chunks.push(chunk);
  }

  onResponseEnd() {
    if (this.#answer && this.#settle()) this.#resolve(this.#answer);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error) {
    const code = codeOf(error);
    const [, refusedBy] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
    if (refusedBy !== undefined) this.#refusedByProxy(Number(refusedBy));
    else if (/CONNECT_TIMEOUT|ETIMEDOUT/.test(code)) {
      this.#fail('ATLAS_UNAVAILABLE', `failed: no connection to ${this.#where}, which took too long (${code})`);
    } else if (/TIMEOUT/.test(code)) this.#fail('ATLAS_UNAVAILABLE', `took too long (${code})`);
    else if (this.#answer)
      this.#fail('ATLAS_BAD_ANSWER', `was answered ${this.#answer.status}, then cut off (${code})`);
    else if (/^HPE_|^HTTPParserError$|OVERFLOW/.test(code))
      this.#fail('ATLAS_BAD_ANSWER', `was answered with something that isn't HTTP (${code})`);
    else if (/CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|ERR_SSL|PRX_TLS/.test(code)) {
      const problem = `failed: the certificate of ${this.#where} is not trusted (${code})`;
      this.#fail('ATLAS_UNAVAILABLE', problem, { lasting: true });
    } else this.#fail('ATLAS_UNAVAILABLE', `failed: no connection to ${this.#where} (${code})`);
  }

  #refusedByProxy(status: number) {
    const advice = status === 407 ? ': check the user and password in its URL' : '';
    const problem = `failed: no connection to ${this.#where}, which answered ${status}${advice}`;
    this.#fail('ATLAS_UNAVAILABLE', problem, { lasting: status < 500 });
  }

  readonly #onAbort = () => this.#fail('ATLAS_UNAVAILABLE', 'was stopped: the client was closed', { lasting: true });

  #tooLarge() {
    this.#fail('ATLAS_BAD_ANSWER', tooLarge(this.#request.maxBytes), { lasting: true });
  }

  #settle() {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }

  /** No cause is kept: undici's errors can hold the request, and that holds the credentials. */
  #fail(code: 'ATLAS_UNAVAILABLE' | 'ATLAS_BAD_ANSWER', problem: string, details: AtlasErrorDetails = {}) {
    if (!this.#settle()) return;
    const status = this.#answer?.status;
    this.#reject(new AtlasError(code, `${this.#what} ${problem}`, { ...defined({ status }), ...details }));
    this.#controller?.abort(new Error('stopped'));
  }
}

async function decode(what: string, headers: TransportAnswer['headers'], raw: Buffer, maxBytes: number) {
  const encoding = headerOf(headers, 'content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || raw.length === 0) return raw.toString('utf8');
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered in an encoding that was not asked for`);
  }
  try {
    return (await gunzipInThread(raw, { maxOutputLength: maxBytes })).toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new AtlasError('ATLAS_BAD_ANSWER', `${what} ${tooLarge(maxBytes)} once decoded`, { lasting: true });
    }
    throw new AtlasError('ATLAS_BAD_ANSWER', `${what} was answered with truncated or corrupt gzip`);
  }
}

/** The query is left out: messages stay short, and the path says what was asked. */
const nameOf = ({ method, url }: TransportRequest) => `${method} ${url.pathname}`;
const timedOut = ({ timeoutMs }: TransportRequest) => `was not answered in full within ${Math.ceil(timeoutMs)} ms`;
const tooLarge = (maxBytes: number) => `was answered with more than ${maxBytes} bytes`;
const closedError = (what: string) =>
  new AtlasError('ATLAS_UNAVAILABLE', `${what} was not sent: the client is closed`, { lasting: true });

/** Only what looks like a code, or else a name: messages of other libraries may hold anything. */
function codeOf(error: unknown): string {
  const { code, name } = fieldsOf(error);
  const said = typeof code === 'string' ? code : name;
  return typeof said === 'string' && /^\w{1,60}$/.test(said) ? said : 'unknown cause';
}
