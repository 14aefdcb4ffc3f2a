// test/atlas/http2-server.ts: an HTTP/2 server that sends the frames a test says, right or wrong.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { makeCertificate } from './certificate.ts';

/** Frame types (RFC 9113, section 6). */
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY] = [0, 1, 3, 4, 6, 7];
const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4];
const PREFACE_BYTES = 24;

/** One request, and what may be sent back. */
export interface ServedStream {
  id: number;
  /** Of its connection, from 0. */
  connection: number;
  respond(status: number, body: string): void;
  headers(status: number): void;
  data(body: string, end?: boolean): void;
  reset(errorCode: number): void;
  goaway(lastStreamId: number, errorCode?: number): void;
  raw(bytes: Uint8Array): void;
  /** Cuts the connection. */
  cut(): void;
}

/** @param nth counts the requests of all connections, from 0 */
export type Http2Reply = (stream: ServedStream, nth: number) => void;

export interface Http2Server extends AsyncDisposable {
  url: string;
  /** To trust it. */
  ca: string;
  /** Connections that were opened: the HTTP version agreed on. */
  connections: string[];
  requests: () => number;
}

export interface Http2ServerOptions {
  /** Sent with the settings. @default no limit is sent */
  maxStreams?: number;
  /** HTTP versions that the next connection may have. @default only h2 */
  protocols?: () => string[];
}

export async function serveHttp2(reply: Http2Reply, options: Http2ServerOptions = {}): Promise<Http2Server> {
  const { key, cert } = makeCertificate('localhost');
  const connections: string[] = [];
  const sockets = new Set<TLSSocket>();
  let requests = 0;
  const ALPNCallback = ({ protocols }: { protocols: string[] }) =>
    (options.protocols?.() ?? ['h2']).find((one) => protocols.includes(one));
  const server = createServer({ key, cert, ALPNCallback }, (socket) => {
    const connection = connections.push(String(socket.alpnProtocol)) - 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol !== 'h2') {
      socket.on('data', () => {
        requests += 1;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nHTTP/1.1');
      });
      return;
    }
    const limit = options.maxStreams === undefined ? [] : [0, 3, ...uint32(options.maxStreams)];
    socket.write(frame(SETTINGS, 0, 0, Buffer.from(limit)));
    onFrames(socket, ({ type, flags, id, body }) => {
      if (type === SETTINGS && !(flags & ACK)) socket.write(frame(SETTINGS, ACK, 0));
      if (type === PING && !(flags & ACK)) socket.write(frame(PING, ACK, 0, body));
      if (type === HEADERS) reply(streamOn(socket, connection, id), requests++);
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ...{ ca: cert, connections, requests: () => requests },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function streamOn(socket: TLSSocket, connection: number, id: number): ServedStream {
  const send = (type: number, flags: number, body: Uint8Array) => {
    if (!socket.destroyed) socket.write(frame(type, flags, id, body));
  };
  const stream: ServedStream = {
    ...{ id, connection },
    headers: (status) => send(HEADERS, END_HEADERS, statusField(status)),
    data: (body, end = false) => send(DATA, end ? END_STREAM : 0, Buffer.from(body)),
    // In one piece, so that the client reads both at once.
    respond(status, body) {
      const headers = frame(HEADERS, END_HEADERS, id, statusField(status));
      if (!socket.destroyed) socket.write(Buffer.concat([headers, frame(DATA, END_STREAM, id, Buffer.from(body))]));
    },
    reset: (errorCode) => send(RST_STREAM, 0, uint32(errorCode)),
    goaway(lastStreamId, errorCode = 0) {
      if (!socket.destroyed)
        socket.write(frame(GOAWAY, 0, 0, Buffer.concat([uint32(lastStreamId), uint32(errorCode)])));
    },
    raw: (bytes) => void socket.write(bytes),
    cut: () => void socket.destroy(),
  };
  return stream;
}

interface Frame {
  type: number;
  flags: number;
  id: number;
  body: Buffer;
}

function onFrames(socket: TLSSocket, take: (frame: Frame) => void) {
  let buffer = Buffer.alloc(0);
  let skip = PREFACE_BYTES;
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    if (buffer.length < skip) return;
    buffer = buffer.subarray(skip);
    skip = 0;
    while (buffer.length >= 9 && buffer.length >= 9 + buffer.readUIntBE(0, 3)) {
      const end = 9 + buffer.readUIntBE(0, 3);
      take({
        type: buffer.readUInt8(3),
        flags: buffer.readUInt8(4),
        id: buffer.readUInt32BE(5),
        body: buffer.subarray(9, end),
      });
      buffer = buffer.subarray(end);
    }
  });
}

function frame(type: number, flags: number, id: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A literal, not indexed, with the name that the static table has at 8 (RFC 7541): `:status`. */
const statusField = (status: number) => Buffer.from([0x08, 3, ...Buffer.from(String(status))]);
