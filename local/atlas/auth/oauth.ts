// local/atlas/auth/oauth.ts: access tokens of the service account (docs/atlas.md#3-2).
import { type BucketLimit, TokenBucket } from '../base/buckets.ts';
import { Refusal } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';

export interface ServiceAccount {
  /** `mdb_sa_id_` and 24 hex digits. */
  clientId: string;
  /** Starts with `mdb_sa_sk_`. */
  clientSecret: string;
}

export interface TokenRequest {
  authorization: string | undefined;
  contentType: string | undefined;
  body: string;
  /** The caller's address. */
  address: string;
}

/** Ends a request with an error of RFC 6749, section 5.2. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
  readonly status: number;
  readonly body: { error: string; error_description: string };

  constructor(status: number, error: string, description: string) {
    super(description);
    this.status = status;
    this.body = { error, error_description: description };
  }
}

export const TOKEN_PATH = '/api/oauth/token';
export const REVOKE_PATH = '/api/oauth/revoke';

/** The next request above this is refused. */
const MAX_LIVE_TOKENS = 100;
/** A minute, for each address and client. */
const REQUESTS: BucketLimit = { capacity: 50, refill: 50, seconds: 60 };
const SEED = 9;

export interface TokenOfficeOptions {
  seed: number;
  lifetimeSeconds: number;
  /** False: as many token requests as anyone likes. */
  limited: boolean;
}

export class TokenOffice {
  readonly #options: TokenOfficeOptions;
  readonly #random: Random;
  /** Live tokens, each with the time of its end in ms. */
  readonly #tokens = new Map<string, number>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: TokenOfficeOptions) {
    this.#options = options;
    this.#random = new Random(options.seed, SEED);
  }

  /** @throws OAuthRefusal; for too many requests a Refusal, as Atlas does. */
  issue(request: TokenRequest, account: ServiceAccount, now: number) {
    this.#take(request, now);
    this.#identify(request, account);
    const grantType = form(request).get('grant_type');
    if (!grantType) throw new OAuthRefusal(400, 'invalid_request', 'Missing form parameter: grant_type');
    if (grantType !== 'client_credentials') {
      throw new OAuthRefusal(400, 'unsupported_grant_type', `Unsupported grant_type: ${grantType}`);
    }
    for (const [token, endsAt] of this.#tokens) if (endsAt <= now) this.#tokens.delete(token);
    if (this.#tokens.size >= MAX_LIVE_TOKENS) {
      throw new OAuthRefusal(403, 'access_denied', 'The service account has too many active tokens.');
    }
    const { lifetimeSeconds } = this.#options;
    const token = this.#mint();
    this.#tokens.set(token, now + lifetimeSeconds * SECOND);
    return { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' };
  }

  /** Succeeds for unknown tokens too, as RFC 7009 asks. @throws OAuthRefusal */
  revoke(request: TokenRequest, account: ServiceAccount) {
    this.#identify(request, account);
    const token = form(request).get('token');
    if (!token) throw new OAuthRefusal(400, 'invalid_request', 'Missing form parameter: token');
    this.#tokens.delete(token);
  }

  revokeAll() {
    this.#tokens.clear();
  }

  accepts(token: string, now: number): boolean {
    return (this.#tokens.get(token) ?? 0) > now;
  }

  #take({ address, authorization }: TokenRequest, now: number) {
    if (!this.#options.limited) return;
    const key = `${address} ${basic(authorization)[0]}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(REQUESTS, now);
    this.#buckets.set(key, bucket);
    const { taken, waitSeconds } = bucket.take(now);
    if (taken) return;
    throw new Refusal(429, 'RATE_LIMITED', `Resource ${TOKEN_PATH} is limited to 50 requests every 1 minutes.`, {
      parameters: [TOKEN_PATH, REQUESTS.capacity, 1],
      retryAfterSeconds: waitSeconds,
    });
  }

  /** Compares what was sent as it was sent: a percent-encoded `_` is another letter to Atlas. */
  #identify({ authorization }: TokenRequest, { clientId, clientSecret }: ServiceAccount) {
    const [id, secret] = basic(authorization);
    if (id !== clientId || secret !== clientSecret) {
      throw new OAuthRefusal(401, 'invalid_client', 'Invalid client credentials.');
    }
  }

  /** Three parts in base64, as real ones have; the signature is random. */
  #mint() {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', typ: 'JWT' })}.${part({ jti: this.#random.hex(24) })}.${this.#random.mixed(43)}`;
  }
}

function form({ contentType = '', body }: TokenRequest) {
  if (!contentType.startsWith('application/x-www-form-urlencoded')) {
    throw new OAuthRefusal(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded.');
  }
  return new URLSearchParams(body);
}

function basic(authorization = ''): [id: string, secret: string] {
  const [, encoded = ''] = /^Basic (.+)$/i.exec(authorization) ?? [];
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  return [id, secret.join(':')];
}
