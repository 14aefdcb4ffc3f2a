// bench/probe/wire.ts sends the probe's requests over a fixed number of kept-alive connections of node:http.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { AtlasAccess } from '../atlas/orders.ts';
import { type Scheme, type SideSend, type Sign, signing } from './sign.ts';

export interface WireOptions {
  access: AtlasAccess;
  scheme: Scheme;
  /** Requests under way at once, each on a connection of its own. */
  connections: number;
}

interface Raw {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Outgoing {
  method: 'GET' | 'POST';
  target: string;
  headers: Record<string, string>;
  /** Asked for when the connection is there, so that counts of a nonce leave in their order. */
  authorization?(): string;
  body?: string;
}

export class Wire {
  readonly #agent: Agent;
  readonly #host: { host: string; port: string };
  readonly #sign: (target: string) => Promise<Sign>;
  readonly #waiting: (() => void)[] = [];
  #signer: Promise<Sign> | undefined;
  #free: number;

  constructor({ access, scheme, connections }: WireOptions) {
    const { hostname: host, port } = new URL(access.url);
    this.#host = { host, port };
    this.#free = connections;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#sign = signing(scheme, access, this.#side);
  }

  /** @param version of the media type @throws Error for anything but 200 */
  async json<T>(target: string, version: string): Promise<T> {
    this.#signer ??= this.#sign(target);
    const sign = await this.#signer;
    const accept = `application/vnd.atlas.${version}+json`;
    const get = (authorization: () => string) =>
      this.#send({ method: 'GET', target, headers: { accept, 'accept-encoding': 'gzip' }, authorization });
    await this.#enter();
    try {
      let answer = await get(() => sign.header(target));
      if (answer.status === 401) {
        const challenge = answer.headers['www-authenticate'] ?? '';
        answer = await get(() => sign.again(target, challenge));
      }
      if (answer.status !== 200) throw new Error(`GET ${target} answered ${answer.status}`);
      return JSON.parse(textOf(answer)) as T;
    } finally {
      this.#leave();
    }
  }

  close() {
    this.#agent.destroy();
  }

  readonly #side: SideSend = async (outgoing) => {
    const answer = await this.#send(outgoing);
    const { status, headers } = answer;
    return { status, challenge: headers['www-authenticate'] ?? '', body: textOf(answer) };
  };

  async #enter() {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }

  #send({ method, target, headers, authorization, body }: Outgoing): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#host, agent: this.#agent, method, path: target, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      sent.on('error', reject);
      const go = () => {
        if (authorization) sent.setHeader('authorization', authorization());
        sent.end(body);
      };
      sent.once('socket', (socket) => (socket.connecting ? socket.once('connect', go) : go()));
    });
  }
}

const textOf = ({ headers, body }: Raw) =>
  (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
