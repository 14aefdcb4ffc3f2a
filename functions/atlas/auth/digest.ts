// functions/atlas/auth/digest.ts: the signer for API keys: HTTP digest (RFC 7616), MD5 or SHA-256, qop=auth.
// Atlas answers every unsigned call with a challenge, so a nonce is reused while Atlas accepts it, which halves the traffic. Whether Atlas
// does is not established (docs/atlas.md#3-1); a refused nonce costs one call, never the answer.

import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { AtlasError } from '../model/errors.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { ApiKey } from './credentials.ts';
import type { SendAuthRequest, Signature, SignedCall, Signer } from './signer.ts';

/** Best first. The `-sess` variants are left out: nobody has seen Atlas offer them. */
const ALGORITHMS = { 'SHA-256': 'sha256', MD5: 'md5' } as const;
type Algorithm = keyof typeof ALGORITHMS;

export interface DigestChallenge {
  realm: string;
  nonce: string;
  algorithm: Algorithm;
  /** The algorithm's name as the server wrote it; absent means MD5. */
  algorithmSent?: string;
  opaque?: string;
}

/** The strongest challenge of an answer that this client can meet. */
export function digestChallenge(headers: TransportAnswer['headers']): DigestChallenge | undefined {
  const met = parseChallenges(headers['www-authenticate']).flatMap((challenge) => asDigest(challenge) ?? []);
  return met.find(({ algorithm }) => algorithm === 'SHA-256') ?? met[0];
}

function asDigest({ scheme, params }: Challenge): DigestChallenge | undefined {
  const [nonce, sent, opaque] = [params.get('nonce'), params.get('algorithm'), params.get('opaque')];
  const algorithm = (Object.keys(ALGORITHMS) as Algorithm[]).find((name) => name === (sent || 'MD5').toUpperCase());
  const qop = (params.get('qop') ?? '').split(',').map((each) => each.trim().toLowerCase());
  if (scheme !== 'digest' || !nonce || algorithm === undefined || !qop.includes('auth')) return undefined;
  const realm = params.get('realm') ?? '';
  return defined({ realm, nonce, algorithm, algorithmSent: sent || undefined, opaque });
}

export interface DigestInput {
  algorithm: Algorithm;
  username: string;
  password: string;
  realm: string;
  nonce: string;
  /** Eight hex digits. */
  nc: string;
  cnonce: string;
  method: string;
  /** The request target, byte for byte as sent. */
  uri: string;
}

/** RFC 7616 3.4.1 for qop=auth. */
export function digestResponse(input: DigestInput): string {
  const { algorithm, username, password, realm, nonce, nc, cnonce, method, uri } = input;
  const digested = (text: string) => hash(ALGORITHMS[algorithm], text);
  const ha1 = digested(`${username}:${realm}:${password}`);
  return digested(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${digested(`${method}:${uri}`)}`);
}

/** A nonce in use. */
interface Session {
  challenge: DigestChallenge;
  /** The client's part of each response: one for each nonce, as it takes longer to make than all the rest. */
  cnonce: string;
  /** How often the nonce was used, and the highest count that was accepted. */
  count: number;
  highest: number;
  bornMs: number;
  /** Calls at the same time may have it. */
  shared: boolean;
}

/** So many counts out of order are needed before each call gets a nonce to itself: one 401 may be an accident (docs/atlas.md#5). */
const SIGNS = 3;
/** Older nonces prove nothing: the sister product drops them after 60 s (docs/atlas.md#3-1). */
const YOUNG_MS = 30_000;
/**
 * A shared nonce older than this is not tried: with calls made side by side, each would be refused. Nobody knows how long
 * Atlas takes one; the sister product drops them after 60 s (docs/atlas.md#3-1), and a challenge is one call.
 */
const SHARED_MS = 45_000;
/** Nonces kept for being kept out of messages: more than can be under way at a time. */
const NONCES = 256;

/**
 * Calls at the same time share a nonce, each with its own count; where counts must arrive in order, each has one to itself. Where
 * a nonce is taken only once, a refused one costs as much as a challenge.
 */
export class DigestSigner implements Signer {
  readonly #key: ApiKey;
  readonly #clock: Clock;
  readonly #nonces = new Set<string>();
  #inOrder = false;
  #shared: Promise<Session | undefined> | undefined;
  #sharedSinceMs = 0;
  readonly #idle: Session[] = [];
  /** Counts refused because a higher one had come first. */
  #disorder = 0;

  constructor(key: ApiKey, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  async sign(call: SignedCall, send: SendAuthRequest): Promise<Signature> {
    return this.#signature(call, await this.#session(call, send));
  }

  secrets() {
    return [this.#key.privateKey, this.#key.publicKey, ...this.#nonces];
  }

  #session(call: SignedCall, send: SendAuthRequest): Promise<Session | undefined> {
    if (this.#inOrder) {
      const idle = this.#idle.pop();
      return idle ? Promise.resolve(idle) : this.#challenge(call, send);
    }
    if (this.#shared && this.#clock.now() - this.#sharedSinceMs < SHARED_MS) return this.#shared;
    const challenging = this.#challenge(call, send);
    this.#share(challenging);
    // What was no challenge is not kept, so that the next call gets a new one.
    const forget = () => {
      if (this.#shared === challenging) this.#shared = undefined;
    };
    const keep = (session: Session | undefined) => {
      if (session) session.shared = true;
      else forget();
    };
    challenging.then(keep, forget);
    return challenging;
  }

  /** Sends the call without a signature. An answer other than 401 means that none is needed. */
  async #challenge(call: SignedCall, send: SendAuthRequest): Promise<Session | undefined> {
    const { status, headers } = await send({ ...call, as: 'call', headers: {} });
    if (status !== 401) return undefined;
    const session = this.#open(headers);
    if (session) return session;
    throw new AtlasError(
      'ATLAS_UNAUTHORIZED',
      `${call.method} ${call.target.split('?')[0]} answered 401 without a digest challenge: ` +
        'check the base URL; an API key is only taken by the Atlas Admin API itself',
      { status },
    );
  }

  #open(headers: TransportAnswer['headers']): Session | undefined {
    const challenge = digestChallenge(headers);
    if (!challenge) return undefined;
    this.#nonces.add(challenge.nonce);
    for (const nonce of this.#nonces) if (this.#nonces.size > NONCES) this.#nonces.delete(nonce);
    const cnonce = randomBytes(16).toString('hex');
    return { challenge, cnonce, count: 0, highest: 0, bornMs: this.#clock.now(), shared: false };
  }

  #signature(call: SignedCall, session: Session | undefined): Signature {
    if (!session) return { authorization: undefined, accepted: () => {}, renew: (_, send) => this.sign(call, send) };
    const count = ++session.count;
    return {
      authorization: this.#header(call, session, count),
      accepted: () => {
        session.highest = Math.max(session.highest, count);
        if (this.#inOrder && !session.shared) this.#idle.push(session);
        if (this.#inOrder || this.#shared) return;
        session.shared = true;
        this.#share(Promise.resolve(session));
      },
      renew: async (headers, send) => {
        if ((await this.#shared?.catch(() => undefined)) === session) this.#shared = undefined;
        const isYoung = this.#clock.now() - session.bornMs <= YOUNG_MS;
        if (session.highest > count && isYoung) this.#disorder += 1;
        this.#inOrder ||= this.#disorder >= SIGNS;
        // The refusal brings a nonce that nobody else has, so no count of another call can spoil this one.
        return this.#signature(call, this.#open(headers) ?? (await this.#challenge(call, send)));
      },
    };
  }

  #share(session: Promise<Session | undefined>) {
    this.#shared = session;
    this.#sharedSinceMs = this.#clock.now();
  }

  #header(call: SignedCall, { challenge, cnonce }: Session, count: number) {
    const { realm, nonce, algorithm, algorithmSent, opaque } = challenge;
    const { publicKey: username, privateKey: password } = this.#key;
    const nc = count.toString(16).padStart(8, '0');
    const { method, target: uri } = call;
    const response = digestResponse({ algorithm, username, password, realm, nonce, nc, cnonce, method, uri });
    const parts = [
      `username=${quoted(username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      ...(algorithmSent === undefined ? [] : [`algorithm=${algorithmSent}`]),
      `response="${response}"`,
      'qop=auth',
      `nc=${nc}`,
      `cnonce="${cnonce}"`,
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ];
    return `Digest ${parts.join(', ')}`;
  }
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
