// functions/atlas/http/http-transport.ts: the HTTP transport: HTTP/2 or HTTP/1.1, directly or through a proxy.

import { AtlasError } from '../model/errors.ts';
import { Http1Pool } from './http1-pool.ts';
import { nameOf, PendingAnswer } from './pending-answer.ts';
import { type ProxySettings, proxyFor, proxyName } from './proxy.ts';
import { TlsOrigin } from './tls-origin.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

export interface HttpTransportOptions {
  /** Connections to one host. Over HTTP/1.1 each has one request at a time; further requests wait for one. @default 32 */
  connections?: number | undefined;
  /** Longest silence in the middle of an answer, in ms. @default 10_000 */
  stallMs?: number | undefined;
  /** @default none */
  proxy?: ProxySettings | undefined;
  /** Certificates of the authorities to trust where no proxy is between, in PEM. @default the machine's */
  ca?: string | undefined;
}

export class HttpTransport implements Transport {
  readonly #origins = new Map<string, Http1Pool | TlsOrigin>();
  readonly #options: HttpTransportOptions;
  #closed = false;

  constructor(options: HttpTransportOptions = {}) {
    this.#options = options;
  }

  async send(request: TransportRequest): Promise<TransportAnswer> {
    if (this.#closed) {
      const message = `${nameOf(request)} was not sent: the client is closed`;
      throw new AtlasError('ATLAS_UNAVAILABLE', message, { lasting: true });
    }
    const proxy = proxyFor(request.url, this.#options.proxy);
    const pending = new PendingAnswer(
      request,
      `${request.url.host}${proxy ? ` through the proxy ${proxyName(proxy)}` : ''}`,
    );
    this.#connectionsTo(request.url, proxy).send(pending);
    return await pending.answer;
  }

  async close() {
    this.#closed = true;
    await Promise.all([...this.#origins.values()].map((origin) => origin.close()));
    this.#origins.clear();
  }

  #connectionsTo({ origin, protocol }: URL, proxy: ProxySettings | undefined): Http1Pool | TlsOrigin {
    let connections = this.#origins.get(origin);
    if (!connections) {
      const options = {
        origin,
        ca: this.#options.ca,
        connections: this.#options.connections ?? 32,
        stallMs: this.#options.stallMs ?? 10_000,
      };
      connections = proxy || protocol === 'http:' ? new Http1Pool({ ...options, proxy }) : new TlsOrigin(options);
      this.#origins.set(origin, connections);
    }
    return connections;
  }
}
