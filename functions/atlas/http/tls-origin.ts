// functions/atlas/http/tls-origin.ts: the connections to one https origin: HTTP/2 where the server agrees to it (ALPN), else HTTP/1.1.

import type { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { defined } from '../../platform/defined.ts';
import { CONNECT_MS, Http1Pool } from './http1-pool.ts';
import { Http2Connection, type Unanswered } from './http2-connection.ts';
import type { PendingAnswer } from './pending-answer.ts';

export interface TlsOriginOptions {
  /** Scheme, host and port. */
  origin: string;
  connections: number;
  /** Longest silence in the middle of an answer, in ms. */
  stallMs: number;
  /** Certificates of the authorities to trust, in PEM. @default the machine's */
  ca?: string | undefined;
}

/** A server that refuses a request this often gets no further chance by this transport. */
const MAX_RESENDS = 3;

export class TlsOrigin {
  readonly #options: TlsOriginOptions;
  /** Keeps TLS sessions, so that the next handshake is shorter. */
  readonly #connect: buildConnector.connector;
  #connections: Http2Connection[] = [];
  #connecting = 0;
  /** Streams that the newest connection took. Undefined until there was one. */
  #streams: number | undefined;
  /** Not yet sent. */
  #queue: PendingAnswer[] = [];
  readonly #resends = new WeakMap<PendingAnswer, number>();
  /** Set once the server chose HTTP/1.1, or asked for it. */
  #http1: Http1Pool | undefined;
  #closed = false;

  constructor(options: TlsOriginOptions) {
    this.#options = options;
    this.#connect = buildConnector({ ...defined({ ca: options.ca }), allowH2: true, timeout: CONNECT_MS });
  }

  send(pending: PendingAnswer) {
    this.#queue.push(pending);
    this.#pump();
  }

  async close() {
    this.#closed = true;
    for (const connection of this.#connections) connection.destroy();
    this.#failQueue({ code: 'CLOSED' });
    await this.#http1?.close();
  }

  #pump() {
    this.#queue = this.#queue.filter(({ settled }) => !settled);
    if (this.#http1) {
      for (const pending of this.#queue.splice(0)) this.#http1.send(pending);
      return;
    }
    this.#connections = this.#connections.filter(({ usable }) => usable);
    for (const connection of this.#connections) {
      for (const pending of this.#queue.splice(0, connection.room)) connection.send(pending);
    }
    while (this.#mayOpen()) this.#open();
  }

  #mayOpen(): boolean {
    if (this.#queue.length === 0) return false;
    if (this.#connections.length + this.#connecting >= this.#options.connections) return false;
    // Whether one is enough is known once the server said how many streams it takes.
    if (this.#connecting === 0) return this.#connections.every(({ streams }) => streams !== undefined);
    return this.#streams !== undefined && this.#queue.length > this.#connecting * this.#streams;
  }

  #open() {
    const { host, hostname, protocol, port } = new URL(this.#options.origin);
    this.#connecting += 1;
    this.#connect({ host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port }, (error, socket) => {
      this.#connecting -= 1;
      if (this.#closed) socket?.destroy();
      else if (!socket) this.#failed(error);
      else if ((socket as TLSSocket).alpnProtocol === 'h2') this.#add(socket as TLSSocket);
      else this.#useHttp1(socket as TLSSocket);
    });
  }

  #add(socket: TLSSocket) {
    const connection = new Http2Connection(socket, this.#options, this.#streams, {
      onChange: () => {
        this.#streams = connection.streams ?? this.#streams;
        if (!this.#closed) this.#pump();
      },
      onUnanswered: (pending, why) => this.#again(pending, why),
    });
    this.#connections.push(connection);
    this.#pump();
  }

  /** @param socket the connection that is there already */
  #useHttp1(socket?: TLSSocket) {
    // Nobody would ever close a connection that the pool was not given.
    if (this.#http1 || this.#queue.every(({ settled }) => settled)) socket?.destroy();
    if (this.#http1) return;
    const { origin, connections, stallMs, ca } = this.#options;
    let first = socket;
    const connectHttp1 = buildConnector({ ...defined({ ca }), timeout: CONNECT_MS });
    const connect: buildConnector.connector = (options, done) => {
      const ready = first;
      first = undefined;
      if (ready && !ready.destroyed) queueMicrotask(() => done(null, ready));
      else connectHttp1(options, done);
    };
    this.#http1 = new Http1Pool({ origin, connections, stallMs, connect });
    this.#pump();
  }

  #again(pending: PendingAnswer, why: Unanswered) {
    const resends = this.#resends.get(pending) ?? 0;
    this.#resends.set(pending, resends + 1);
    if (resends >= MAX_RESENDS) {
      pending.fail('ATLAS_UNAVAILABLE', `was not processed: ${pending.via} refused it ${resends + 1} times (${why})`);
    } else if (why === 'HTTP/1.1 required') {
      this.#queue.push(pending);
      this.#useHttp1();
    } else this.send(pending);
  }

  #failed(error: Error | null) {
    // What is under way elsewhere gives way to those who wait.
    if (this.#connections.some(({ usable }) => usable) || this.#connecting > 0) return;
    this.#failQueue(error);
  }

  #failQueue(error: unknown) {
    for (const pending of this.#queue.splice(0)) pending.broken(error);
  }
}
