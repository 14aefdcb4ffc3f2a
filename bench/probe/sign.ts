// bench/probe/sign.ts signs the probe's requests with as few requests as can be: one challenge, or one token, a process.
import { createHash, randomBytes } from 'node:crypto';
import type { AtlasAccess } from '../atlas/orders.ts';

export type Scheme = 'digest' | 'oauth';

/** One request that signing needs. */
export type SideSend = (request: {
  method: 'GET' | 'POST';
  target: string;
  headers: Record<string, string>;
  body?: string;
}) => Promise<{ status: number; challenge: string; body: string }>;

export interface Sign {
  /** To be called as late as can be: counts of a nonce have to arrive in their order. */
  header(target: string): string;
  /** The same after a 401, from its challenge. */
  again(target: string, challenge: string): string;
}

export const signing = (scheme: Scheme, access: AtlasAccess, send: SideSend): ((target: string) => Promise<Sign>) =>
  scheme === 'digest' ? (target) => digest(access, send, target) : () => bearer(access, send);

async function digest(
  { apiKey: { publicKey, privateKey } }: AtlasAccess,
  send: SideSend,
  target: string,
): Promise<Sign> {
  const { challenge } = await send({ method: 'GET', target, headers: {} });
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

async function bearer({ serviceAccount: { clientId, clientSecret } }: AtlasAccess, send: SideSend): Promise<Sign> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const { body } = await send({
    method: 'POST',
    target: '/api/oauth/token',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const header = () => `Bearer ${JSON.parse(body).access_token}`;
  return { header, again: header };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const part = (challenge: string, name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
