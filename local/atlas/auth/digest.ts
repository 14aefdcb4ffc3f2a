// local/atlas/auth/digest.ts: HTTP Digest as Atlas speaks it: RFC 7616, MD5 only (docs/atlas.md#3-1).
import { createHash } from 'node:crypto';
import { Random } from '../base/random.ts';

export interface ApiKey {
  publicKey: string;
  privateKey: string;
}

export interface DigestOptions {
  seed: number;
  /** How long a nonce works, in ms. */
  nonceLifetimeMs: number;
  /** False: a nonce works once. */
  reuseNonce: boolean;
}

/** `stale`: the signature is right, the nonce is not good any more. `wrong`: anything else. */
export type DigestVerdict = 'right' | 'stale' | 'wrong';

const REALM = 'MMS Public API';
/** 24 bytes make 32 base64 characters, as recorded. */
const NONCE_BYTES = 24;
/** Nonces remembered at most; the oldest are forgotten first and then answered as stale. */
const MAX_NONCES = 100_000;
const SEED = 8;

export class DigestGate {
  readonly #options: DigestOptions;
  readonly #random: Random;
  /** In the order of their issue, each with its time and the highest count seen. */
  readonly #nonces = new Map<string, { issuedAt: number; count: number }>();

  constructor(options: DigestOptions) {
    this.#options = options;
    this.#random = new Random(options.seed, SEED);
  }

  /** A `Www-Authenticate` header with a new nonce. */
  challenge(stale: boolean, now: number): string {
    const nonce = Buffer.from(Array.from({ length: NONCE_BYTES }, () => this.#random.between(0, 255))).toString(
      'base64',
    );
    this.#forget(now);
    this.#nonces.set(nonce, { issuedAt: now, count: 0 });
    return `Digest realm="${REALM}", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=${stale}`;
  }

  /** @param target path and query, byte for byte as they were sent. */
  verify(authorization: string, method: string, target: string, key: ApiKey, now: number): DigestVerdict {
    const {
      username,
      realm,
      nonce = '',
      uri,
      qop,
      nc = '',
      cnonce,
      response,
      algorithm = 'MD5',
    } = fields(authorization);
    const named = username === key.publicKey && realm === REALM && uri === target && qop === 'auth';
    if (!named || algorithm !== 'MD5' || !cnonce || !/^[0-9a-f]{8}$/.test(nc)) return 'wrong';
    const ha1 = md5(`${username}:${realm}:${key.privateKey}`);
    const ha2 = md5(`${method}:${uri}`);
    if (response !== md5(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`)) return 'wrong';

    const known = this.#nonces.get(nonce);
    const count = Number.parseInt(nc, 16);
    const { nonceLifetimeMs, reuseNonce } = this.#options;
    if (!known || now - known.issuedAt >= nonceLifetimeMs || count <= known.count) return 'stale';
    if (!reuseNonce && known.count > 0) return 'stale';
    known.count = count;
    return 'right';
  }

  #forget(now: number) {
    for (const [nonce, { issuedAt }] of this.#nonces) {
      if (this.#nonces.size < MAX_NONCES && now - issuedAt < this.#options.nonceLifetimeMs) return;
      this.#nonces.delete(nonce);
    }
  }
}

/** `name="value"` and `name=value`, separated by commas. */
function fields(authorization: string): Record<string, string> {
  const pairs = authorization.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,"]+))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, bare]) => [name, quoted ?? bare]));
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
