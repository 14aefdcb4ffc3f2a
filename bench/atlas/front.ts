// bench/atlas/front.ts: HTTP over the simulator's own sign-in and bodies. Each body is made and compressed once; made for every
// request, one of 300 jobs would take 5 ms, and the simulator would be what is measured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { constants, gzipSync } from 'node:zlib';
import type { Gate } from '../../local/atlas/auth/gate.ts';
import { type Answer, send } from '../../local/atlas/base/answer.ts';
import { type Asked, asked as readRequest } from '../../local/atlas/http/asked.ts';
import type { Gateway } from '../../local/atlas/http/gateway.ts';
import { answerTokenRequest, isTokenRequest } from '../../local/atlas/http/token-endpoint.ts';

export interface FrontOptions {
  gate: Gate;
  gateway: Gateway;
  now(): number;
}

interface Ready {
  asked: Asked;
  headers: Record<string, string | number>;
  status: number;
  plain: Buffer;
  zipped: Buffer;
}

export class Front {
  /** Waited before each answer, in ms. */
  latencyMs = 0;
  requests = 0;
  /** Answers of 401. */
  challenges = 0;
  readonly #options: FrontOptions;
  readonly #ready = new Map<string, Ready>();

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  async serve(request: IncomingMessage, response: ServerResponse) {
    const { now } = this.#options;
    this.requests += 1;
    try {
      const asked = await readRequest(request, now());
      if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
      await this.#answer(asked, request, response);
    } catch (error) {
      console.error(error);
      response.destroy();
    }
  }

  /** Makes every body again whose path begins with one of these. */
  refresh(paths: readonly string[]) {
    for (const [key, { asked }] of this.#ready) {
      if (paths.some((path) => asked.path.startsWith(path))) this.#ready.set(key, this.#make(asked));
    }
  }

  async #answer(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { gate } = this.#options;
    if (isTokenRequest(asked)) return send(request, response, answerTokenRequest(asked, gate));
    const passage = gate.pass(asked.authorization, asked.method, asked.target, asked.now);
    if ('challenge' in passage) {
      this.challenges += 1;
      return send(request, response, unauthorized(passage.challenge));
    }
    const key = `${asked.accept} ${asked.target}`;
    const ready = this.#ready.get(key) ?? this.#make(asked);
    this.#ready.set(key, ready);
    const zips = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = zips ? ready.zipped : ready.plain;
    const encoding = zips ? { 'Content-Encoding': 'gzip' } : {};
    return response.writeHead(ready.status, { ...ready.headers, 'Content-Length': body.length, ...encoding }).end(body);
  }

  #make(asked: Asked): Ready {
    const { status, headers, body } = this.#options.gateway.answer(asked, 'bench');
    const plain = Buffer.from(body);
    return { asked, status, headers, plain, zipped: gzipSync(plain, { level: constants.Z_BEST_SPEED }) };
  }
}

const unauthorized = (challenge: string): Answer => ({
  status: 401,
  headers: { 'Content-Type': 'application/json', 'Www-Authenticate': challenge },
  body: '{"error":401,"reason":"Unauthorized","errorCode":"UNEXPECTED_ERROR"}',
});

/** Connections to some servers, counted, with the bytes on them. */
export class Traffic {
  readonly #open = new Set<Socket>();
  readonly #closed = { connections: 0, read: 0, written: 0 };

  constructor(servers: readonly Server[]) {
    for (const server of servers) server.on('connection', (socket) => this.#count(socket));
  }

  get counted() {
    let { connections, read, written } = this.#closed;
    for (const socket of this.#open) {
      connections += 1;
      read += socket.bytesRead;
      written += socket.bytesWritten;
    }
    return { connections, bytesSent: read, bytesReceived: written };
  }

  #count(socket: Socket) {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closed.connections += 1;
      this.#closed.read += socket.bytesRead;
      this.#closed.written += socket.bytesWritten;
    });
  }
}
