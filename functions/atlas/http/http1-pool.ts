// functions/atlas/http/http1-pool.ts: HTTP/1.1 to one host, over a connection pool of undici.

import type { TLSSocket } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
import { defined } from '../../platform/defined.ts';
import type { PendingAnswer } from './pending-answer.ts';
import type { ProxySettings } from './proxy.ts';
import type { TransportAnswer } from './transport.ts';

/** Longest wait for a connection alone, in ms. */
export const CONNECT_MS = 10_000;

export interface Http1PoolOptions {
  /** Scheme, host and port. */
  origin: string;
  /** Connections, each with one request at a time; further requests wait for one. */
  connections: number;
  /** Longest silence in the middle of an answer, in ms. */
  stallMs: number;
  /** Tunnels (CONNECT): TLS is between this process and the host, and the proxy sees neither calls nor credentials. */
  proxy?: ProxySettings | undefined;
  /** Certificates of the authorities to trust, in PEM. @default the machine's */
  ca?: string | undefined;
  /** A connection that is there already, and is the first to be used. */
  first?: TLSSocket | undefined;
}

export class Http1Pool {
  readonly #pool: Promise<Dispatcher>;
  readonly #options: Http1PoolOptions;

  constructor(options: Http1PoolOptions) {
    this.#options = options;
    this.#pool = poolOf(options);
    this.#pool.catch(() => {}); // each request says it
  }

  send(pending: PendingAnswer) {
    this.#pool.then((pool) => this.#dispatch(pool, pending)).catch((error) => pending.broken(error));
  }

  async close(): Promise<void> {
    this.#options.first?.destroy(); // nobody may have come to use it
    const pool = await this.#pool.catch(() => undefined); // which each request said
    await pool?.destroy();
  }

  #dispatch(pool: Dispatcher, pending: PendingAnswer) {
    if (pending.settled) return;
    const { url, method, headers, body = null, timeoutMs } = pending.request;
    // Credentials go where this URL says and nowhere else: a pool knows one host, and redirects are answers here.
    pool.dispatch(
      {
        origin: url.origin,
        method,
        path: url.pathname + url.search,
        headers: { ...headers, 'accept-encoding': 'gzip' },
        body,
        headersTimeout: timeoutMs,
        bodyTimeout: Math.min(this.#options.stallMs, timeoutMs),
      },
      new Handler(pending),
    );
  }
}

/** Loads undici, more to read than all else that a collection starts with: only where HTTP/1.1 is spoken. */
async function poolOf({ origin, connections, proxy, ca, first }: Http1PoolOptions): Promise<Dispatcher> {
  // Its names are on `default` in a bundle, too, where it comes from a file of its own.
  const { buildConnector, Pool, ProxyAgent } = (await import('undici')).default;
  if (proxy) return new ProxyAgent({ uri: proxy.url, connections, pipelining: 1 });
  const another = buildConnector({ ...defined({ ca }), timeout: CONNECT_MS });
  let ready = first;
  const connect: buildConnector.connector = (options, done) => {
    const socket = ready;
    ready = undefined;
    if (socket && !socket.destroyed) queueMicrotask(() => done(null, socket));
    else another(options, done);
  };
  return new Pool(origin, { connections, pipelining: 1, connect });
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #pending: PendingAnswer;

  constructor(pending: PendingAnswer) {
    this.#pending = pending;
  }

  onRequestStart(controller: Dispatcher.DispatchController) {
    // At once if the deadline passed while the request waited for a connection.
    this.#pending.onCancel(() => controller.abort(new Error('stopped')));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: TransportAnswer['headers']) {
    this.#pending.start(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer) {
    this.#pending.data(chunk);
  }

  onResponseEnd() {
    this.#pending.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error) {
    const [, refusal] = /^Proxy response \((\d{3})\)/.exec(error.message) ?? [];
    if (refusal === undefined) this.#pending.broken(error);
    else {
      const advice = refusal === '407' ? ': check the user and password in its URL' : '';
      const problem = `failed: no connection to ${this.#pending.via}, which answered ${refusal}${advice}`;
      this.#pending.fail('ATLAS_UNAVAILABLE', problem, { lasting: Number(refusal) < 500 });
    }
  }
}
