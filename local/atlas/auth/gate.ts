// local/atlas/auth/gate.ts: authentication of a request.
import { type Credentials, makeCredentials } from './credentials.ts';
import { DigestGate, type DigestOptions } from './digest.ts';
import { TokenOffice, type TokenOfficeOptions } from './oauth.ts';

export type Scheme = 'digest' | 'bearer' | 'none';

/** Who asks, in the name of which user-scoped limits are counted; or the challenge to answer with. */
export type Passage = { user: string } | { challenge: string };

export class Gate {
  readonly tokens: TokenOffice;
  readonly #digest: DigestGate;
  readonly #seed: number;
  #generation = 0;
  #credentials: Credentials;

  constructor(options: DigestOptions & TokenOfficeOptions) {
    this.#seed = options.seed;
    this.#digest = new DigestGate(options);
    this.tokens = new TokenOffice(options);
    this.#credentials = makeCredentials(this.#seed, this.#generation);
  }

  /** The ones that are accepted now. */
  get credentials(): Credentials {
    return this.#credentials;
  }

  /** The old ones are refused from here on, their tokens too. */
  rotate() {
    this.#generation++;
    this.#credentials = makeCredentials(this.#seed, this.#generation);
    this.tokens.revokeAll();
  }

  pass(authorization: string | undefined, method: string, target: string, now: number): Passage {
    const { apiKey, serviceAccount } = this.#credentials;
    if (schemeOf(authorization) === 'bearer') {
      const accepted = this.tokens.accepts(authorization?.slice('Bearer '.length).trim() ?? '', now);
      return accepted ? { user: serviceAccount.clientId } : { challenge: BEARER_CHALLENGE };
    }
    const verdict = this.#digest.verify(authorization ?? '', method, target, apiKey, now);
    if (verdict === 'right') return { user: apiKey.publicKey };
    return { challenge: this.#digest.challenge(verdict === 'stale', now) };
  }

  /** A challenge in spite of good credentials, of the scheme that the request used. */
  challenge(authorization: string | undefined, now: number): string {
    return schemeOf(authorization) === 'bearer' ? BEARER_CHALLENGE : this.#digest.challenge(false, now);
  }
}

/** Not on record: what a refused token is challenged with. */
const BEARER_CHALLENGE = 'Bearer error="invalid_token"';

export function schemeOf(authorization: string | undefined): Scheme {
  if (authorization?.startsWith('Bearer ')) return 'bearer';
  return authorization?.startsWith('Digest ') ? 'digest' : 'none';
}
