// bench/probe/http2.ts: a transport over one HTTP/2 connection.
import { type ClientHttp2Session, connect } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Incoming, Outgoing, Transport } from './session.ts';

/** What may be on its way to us, in bytes; at HTTP/2's own 64 KiB, a long answer takes a round trip for each 64 KiB. */
const STREAM_WINDOW = 1 << 20;
const CONNECTION_WINDOW = 1 << 24;

export class Http2 implements Transport {
  readonly #url: string;
  #connection: ClientHttp2Session | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Any number at once: node:http2 holds back, in order, what the server does not take yet. */
  send({ method, target, headers, authorization, body }: Outgoing): Promise<Incoming> {
    this.#connection ??= connected(this.#url);
    const signed = authorization ? { authorization: authorization() } : {};
    const stream = this.#connection.request(
      { ...headers, ...signed, ':method': method, ':path': target, 'accept-encoding': 'gzip' },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    return new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.on('response', ({ ':status': status = 0, 'www-authenticate': challenge = '', ...received }) => {
        const decoded = (bytes: Buffer) => (received['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
        buffer(stream)
          .then((bytes) => resolve({ status, challenge, body: decoded(bytes).toString('utf8') }))
          .catch(reject);
      });
    });
  }

  close() {
    this.#connection?.close();
  }
}

function connected(url: string): ClientHttp2Session {
  const connection = connect(url, { settings: { enablePush: false, initialWindowSize: STREAM_WINDOW } });
  connection.once('connect', () => connection.setLocalWindowSize(CONNECTION_WINDOW));
  return connection;
}
