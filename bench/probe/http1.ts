// bench/probe/http1.ts: a transport over a fixed number of kept-alive connections of node:http or node:https.
import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Incoming, Outgoing, Transport } from './session.ts';

export class Http1 implements Transport {
  readonly #agent: Agent;
  readonly #host: { host: string; port: string };
  readonly #isSecure: boolean;

  constructor(url: string, connections: number) {
    const { protocol, hostname: host, port } = new URL(url);
    this.#isSecure = protocol === 'https:';
    this.#host = { host, port };
    this.#agent = new (this.#isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: connections });
  }

  send({ method, target, headers, authorization, body }: Outgoing): Promise<Incoming> {
    return new Promise((resolve, reject) => {
      const accepting = { ...headers, 'accept-encoding': 'gzip' };
      const sent = (this.#isSecure ? secureRequest : request)(
        { ...this.#host, agent: this.#agent, method, path: target, headers: accepting },
        (response) => {
          const { statusCode = 0, headers: received } = response;
          const challenge = received['www-authenticate'] ?? '';
          const decoded = (bytes: Buffer) => (received['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
          buffer(response)
            .then((bytes) => resolve({ status: statusCode, challenge, body: decoded(bytes).toString('utf8') }))
            .catch(reject);
        },
      );
      sent.on('error', reject);
      const go = () => {
        if (authorization) sent.setHeader('authorization', authorization());
        sent.end(body);
      };
      const connected = this.#isSecure ? 'secureConnect' : 'connect';
      sent.once('socket', (socket) => (socket.connecting ? socket.once(connected, go) : go()));
    });
  }

  close() {
    this.#agent.destroy();
  }
}
