// bench/probe/session.ts: requests over any transport, signed with one challenge or one token a process.
import { createHash, randomBytes } from 'node:crypto';
import type { AtlasAccess, AtlasConfig } from '../atlas/access.ts';

export interface Outgoing {
  method: 'GET' | 'POST';
  target: string;
  headers: Record<string, string>;
  /** Called when the request leaves. */
  authorization?: () => string;
  body?: string;
}

export interface Incoming {
  status: number;
  /** `WWW-Authenticate`, or nothing. */
  challenge: string;
  body: string;
}

export interface Transport {
  send(request: Outgoing): Promise<Incoming>;
  close(): void;
}

export class Session {
  readonly #config: AtlasConfig;
  readonly #transport: Transport;
  #sign: Promise<Sign> | undefined;

  constructor(config: AtlasConfig, transport: Transport) {
    this.#config = config;
    this.#transport = transport;
  }

  /** @param version of the media type @throws Error for anything but 200 */
  async json<T>(target: string, version: string): Promise<T> {
    this.#sign ??= signIn(this.#config, this.#transport, target);
    const sign = await this.#sign;
    const headers = { accept: `application/vnd.atlas.${version}+json` };
    const get = (authorization: () => string) =>
      this.#transport.send({ method: 'GET', target, headers, authorization });
    let answer = await get(() => sign.header(target));
    if (answer.status === 401) {
      const { challenge } = answer;
      answer = await get(() => sign.again(target, challenge));
    }
    if (answer.status !== 200) throw new Error(`GET ${target} answered ${answer.status}`);
    return JSON.parse(answer.body) as T;
  }
}

interface Sign {
  /** To be called as late as possible: counts of a nonce have to arrive in their order. */
  header(target: string): string;
  /** The same after a 401, from its challenge. */
  again(target: string, challenge: string): string;
}

/** @param target of the request to be signed */
const signIn = ({ access, scheme }: AtlasConfig, transport: Transport, target: string): Promise<Sign> =>
  scheme === 'digest' ? digest(access, transport, target) : bearer(access, transport);

async function digest(
  { apiKey: { publicKey, privateKey } }: AtlasAccess,
  transport: Transport,
  target: string,
): Promise<Sign> {
  const { challenge } = await transport.send({ method: 'GET', target, headers: {} });
  const cnonce = randomBytes(8).toString('hex');
  const realm = part(challenge, 'realm');
  const ha1 = md5(`${publicKey}:${realm}:${privateKey}`);
  const signed = (uri: string, nonce: string, count: number) => {
    const nc = count.toString(16).padStart(8, '0');
    const response = md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${md5(`GET:${uri}`)}`);
    return `Digest username="${publicKey}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", qop=auth, nc=${nc}, cnonce="${cnonce}"`;
  };
  const nonce = part(challenge, 'nonce');
  let count = 0;
  return {
    header: (uri) => signed(uri, nonce, ++count),
    again: (uri, fresh) => signed(uri, part(fresh, 'nonce'), 1),
  };
}

async function bearer(
  { serviceAccount: { clientId, clientSecret } }: AtlasAccess,
  transport: Transport,
): Promise<Sign> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const { body } = await transport.send({
    method: 'POST',
    target: '/api/oauth/token',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const token: string = JSON.parse(body).access_token;
  const header = () => `Bearer ${token}`;
  return { header, again: header };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const part = (challenge: string, name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
