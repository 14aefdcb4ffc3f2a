// functions/atlas/http/http2-connection.ts: one HTTP/2 connection and the requests on it.

import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { PendingAnswer } from './pending-answer.ts';
import type { TransportAnswer } from './transport.ts';

/** Sent at once to a server that has not said yet how many it takes, which it does in its first frame. */
const FIRST_STREAMS = 10;
/** However many a server takes. */
const MAX_STREAMS = 1_000;
/** Longest pause after which a connection is used again, in ms. A function thawed later holds a socket that looks open and leads nowhere. */
const IDLE_MS = 30_000;
/**
 * What may be on its way to us, in bytes: on one stream, and on all. Answers are read at once, so this limits the pace and
 * not the memory; at HTTP/2's own 64 KiB, a long answer takes a round trip for each 64 KiB.
 */
const STREAM_WINDOW = 1 << 20;
const CONNECTION_WINDOW = 1 << 24;

/** Why a request that the server did not process, by its own word, may be sent again, whatever it says. */
export type Unanswered = 'REFUSED_STREAM' | '421' | 'HTTP/1.1 required';

export interface Http2ConnectionEvents {
  /** A stream is free, or the connection takes no more requests. */
  onChange(): void;
  onUnanswered(pending: PendingAnswer, why: Unanswered): void;
}

export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #events: Http2ConnectionEvents;
  readonly #stallMs: number;
  /** Requests that it takes at once, once the server said so. */
  #streams: number | undefined;
  readonly #firstStreams: number;
  #open = 0;
  #usedMs = Date.now();
  #retired = false;

  /** @param streams that the server took on another connection */
  constructor(
    socket: TLSSocket,
    { origin, stallMs }: { origin: string; stallMs: number },
    streams: number | undefined,
    events: Http2ConnectionEvents,
  ) {
    this.#firstStreams = Math.min(streams ?? FIRST_STREAMS, FIRST_STREAMS);
    this.#events = events;
    this.#stallMs = stallMs;
    const settings = { enablePush: false, initialWindowSize: STREAM_WINDOW };
    const session = connect(origin, { createConnection: () => socket, settings });
    this.#session = session;
    session.on('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW));
    session.on('remoteSettings', ({ maxConcurrentStreams = MAX_STREAMS }) => {
      this.#streams = Math.min(maxConcurrentStreams, MAX_STREAMS);
      events.onChange();
    });
    session.on('goaway', () => this.retire());
    session.on('close', () => this.retire());
    session.on('error', () => this.retire()); // its streams get the error, too
    session.unref();
  }

  /** Requests that it takes at once; undefined until the server said so. */
  get streams(): number | undefined {
    return this.#streams;
  }

  /** Requests that it takes now. */
  get room(): number {
    return this.usable ? Math.max(0, (this.#streams ?? this.#firstStreams) - this.#open) : 0;
  }

  get usable(): boolean {
    if (this.#open === 0 && Date.now() - this.#usedMs > IDLE_MS) this.retire();
    // Destroyed before its events say so.
    return !this.#retired && !this.#session.closed && !this.#session.destroyed;
  }

  /** Requests under way go on; no other is taken. */
  retire() {
    if (this.#retired) return;
    this.#retired = true;
    if (!this.#session.destroyed) this.#session.close();
    this.#events.onChange();
  }

  destroy() {
    this.retire();
    this.#session.destroy();
  }

  send(pending: PendingAnswer) {
    const { url, method, headers, body, timeoutMs } = pending.request;
    const target = { ':method': method, ':path': url.pathname + url.search };
    const fields = { ...headers, ...target, 'accept-encoding': 'gzip' };
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(fields, { endStream: body === undefined });
    } catch (error) {
      pending.broken(error); // a header that HTTP doesn't allow
      return;
    }
    if (body !== undefined) stream.end(body);
    if (this.#open++ === 0) this.#session.ref();

    let [error, complete, why]: [unknown, boolean, Unanswered | undefined] = [undefined, false, undefined];
    stream.on('response', ({ ':status': status = 0, ...received }) => {
      if (status === 421) {
        // This connection is not for this host (RFC 9110, section 15.5.20); another one may be.
        why = '421';
        this.retire();
        return stream.resume().close(constants.NGHTTP2_CANCEL);
      }
      pending.start(status, received as TransportAnswer['headers']);
      // Not sooner: Node may tell of a body before it tells of its status, and that of a 421 is no part of the answer.
      stream.on('data', (chunk: Buffer) => pending.data(chunk));
      stream.setTimeout(Math.min(this.#stallMs, timeoutMs), () => pending.broken({ code: 'HTTP2_BODY_TIMEOUT' }));
    });
    stream.on('end', () => {
      complete = pending.begun;
    });
    stream.on('error', (cause) => {
      error = cause;
    });
    stream.on('close', () => {
      if (--this.#open === 0) this.#session.unref();
      this.#usedMs = Date.now();
      if (complete && stream.rstCode === constants.NGHTTP2_NO_ERROR) pending.end();
      else if (!pending.settled) this.#unanswered(pending, why ?? reasonOf(stream, pending), error ?? codeOf(stream));
      // Given up before a word of the answer: perhaps nobody is there any more, whatever the socket says.
      else if (!pending.begun) this.retire();
      this.#events.onChange();
    });
    pending.onCancel(() => stream.close(constants.NGHTTP2_CANCEL));
  }

  #unanswered(pending: PendingAnswer, why: Unanswered | undefined, error: unknown) {
    if (why) this.#events.onUnanswered(pending, why);
    else pending.broken(error);
  }
}

/** Undefined where the server may have processed the request. */
function reasonOf({ rstCode }: ClientHttp2Stream, { begun }: PendingAnswer): Unanswered | undefined {
  if (begun) return undefined;
  // nghttp2 closes with this code what a GOAWAY leaves out as well (RFC 9113, section 6.8).
  if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'REFUSED_STREAM';
  if (rstCode === constants.NGHTTP2_HTTP_1_1_REQUIRED) return 'HTTP/1.1 required';
  return undefined;
}

const codeOf = ({ rstCode }: ClientHttp2Stream) => ({ code: `HTTP2_RST_STREAM_${rstCode}` });
