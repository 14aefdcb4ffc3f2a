// functions/atlas/http/http1-pool.ts: HTTP/1.1 to one host, over a connection pool of undici.

import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
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
  /** @default a connection of its own for each */
  connect?: buildConnector.connector;
}

export class Http1Pool {
  readonly #pool: Dispatcher;
  readonly #options: Http1PoolOptions;

  constructor(options: Http1PoolOptions) {
    const { origin, connections, proxy, connect = buildConnector({ timeout: CONNECT_MS }) } = options;
    this.#options = options;
    this.#pool = proxy
      ? new ProxyAgent({ uri: proxy.url, connections, pipelining: 1 })
      : new Pool(origin, { connections, pipelining: 1, connect });
  }

  send(pending: PendingAnswer) {
    const { url, method, headers, body = null, timeoutMs } = pending.request;
    // Credentials go where this URL says and nowhere else: a pool knows one host, and redirects are answers here.
    this.#pool.dispatch(
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

  close(): Promise<void> {
    return this.#pool.destroy();
  }
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
