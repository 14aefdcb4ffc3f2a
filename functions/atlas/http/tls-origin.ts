// functions/atlas/http/tls-origin.ts: the connections to one https origin: HTTP/2 where the server agrees to it (ALPN), else HTTP/1.1.

import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
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
/** Silence after which a connection is probed, so that nothing on the way forgets it, in ms. */
const KEEP_ALIVE_MS = 60_000;

export class TlsOrigin {
  readonly #options: TlsOriginOptions;
  /** Of the last handshake, so that the next one is shorter. */
  #session: Buffer | undefined;
  #connections: Http2Connection[] = [];
  /** Without a handshake yet. */
  readonly #connecting = new Set<TLSSocket>();
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
  }

  send(pending: PendingAnswer) {
    this.#queue.push(pending);
    this.#pump();
  }

  async close() {
    this.#closed = true;
    for (const connection of this.#connections) connection.destroy();
    for (const socket of this.#connecting) socket.destroy(closed());
    this.#failQueue(closed());
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
    if (this.#connections.length + this.#connecting.size >= this.#options.connections) return false;
    // Whether one is enough is known once the server said how many streams it takes.
    if (this.#connecting.size === 0) return this.#connections.every(({ streams }) => streams !== undefined);
    return this.#streams !== undefined && this.#queue.length > this.#connecting.size * this.#streams;
  }

  #open() {
    const { hostname, port } = new URL(this.#options.origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    // Not undici's connector: all of undici would be loaded to find that it isn't needed.
    const socket = connect({
      host,
      port: Number(port || 443),
      servername: isIP(host) ? '' : host, // names alone (RFC 6066, section 3)
      ALPNProtocols: ['h2', 'http/1.1'],
      ...defined({ ca: this.#options.ca, session: this.#session }),
    });
    this.#connecting.add(socket);
    const timer = setTimeout(() => socket.destroy(connectTimeout()), CONNECT_MS);
    const settle = (then: () => void) => {
      if (!this.#connecting.delete(socket)) return; // whoever has the socket now hears of its errors
      clearTimeout(timer);
      then();
    };
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('session', (session) => {
      this.#session = session;
    });
    socket.on('error', (error) => settle(() => this.#failed(error)));
    socket.once('secureConnect', () => settle(() => this.#connected(socket)));
  }

  #connected(socket: TLSSocket) {
    if (this.#closed) socket.destroy();
    else if (socket.alpnProtocol === 'h2') this.#add(socket);
    else this.#useHttp1(socket);
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
    this.#http1 = new Http1Pool({ ...this.#options, first: socket });
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

  #failed(error: Error) {
    // What is under way elsewhere gives way to those who wait.
    if (this.#connections.some(({ usable }) => usable) || this.#connecting.size > 0) return;
    this.#failQueue(error);
  }

  #failQueue(error: unknown) {
    for (const pending of this.#queue.splice(0)) pending.broken(error);
  }
}

const closed = () => Object.assign(new Error('closed'), { code: 'CLOSED' });
const connectTimeout = () => Object.assign(new Error('no connection in time'), { code: 'CONNECT_TIMEOUT' });
