// functions/atlas/auth/oauth.ts: the signer for service accounts: OAuth 2 client credentials (docs/atlas.md#3-2).

import type { Clock } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import { fieldsOf, tryJson } from '../../platform/json.ts';
import { quote } from '../../restore/redact/quote.ts';
import { responseError } from '../http/response-error.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { AtlasError } from '../model/errors.ts';
import type { ServiceAccount } from './credentials.ts';
import type { SendAuthRequest, Signature, SignedCall, Signer } from './signer.ts';

export const TOKEN_PATH = '/api/oauth/token';

/** MongoDB's own clients renew this long before the end, too (docs/atlas.md#3-2). */
const EARLY_MS = 10 * 60_000;
/** After a failed early renewal the token in hand serves on for so long before the next attempt. */
const RETRY_EARLY_MS = 60_000;
/** Where the server does not say: what Atlas's documentation says. */
const DEFAULT_LIFE_S = 3600;

const TOKENS_HIDDEN = 10;
/** A process may live on for months after a wrong Retry-After. */
const MAX_PAUSE_MS = 86_400_000;

interface Token {
  value: string;
  renewAtMs: number;
  endsAtMs: number;
}

/**
 * One token serves all calls: Atlas locks an account out that holds over 100 live ones (docs/atlas.md#3-2). It's renewed early,
 * by one request at a time.
 */
export class OAuthSigner implements Signer {
  readonly #account: ServiceAccount;
  readonly #basic: string;
  readonly #clock: Clock;
  #token: Token | undefined;
  /** The newest few, used up or not: an answer under way may still echo one. */
  readonly #issued: string[] = [];
  #requesting: Promise<Token> | undefined;
  /** No request before that, by its Retry-After. */
  #quiet: { untilMs: number; because: AtlasError } | undefined;

  constructor(account: ServiceAccount, clock: Clock) {
    this.#account = account;
    this.#clock = clock;
    // Not percent-encoded, whatever RFC 6749 2.3.1 says: Atlas refused that (docs/atlas.md#3-2).
    this.#basic = Buffer.from(`${account.clientId}:${account.clientSecret}`).toString('base64');
  }

  async sign(_call: SignedCall, send: SendAuthRequest): Promise<Signature> {
    const token = await this.#current(send);
    return {
      authorization: `Bearer ${token.value}`,
      accepted: () => {},
      renew: (_headers, sendAgain) => {
        if (this.#token === token) this.#token = undefined;
        return this.sign(_call, sendAgain);
      },
    };
  }

  secrets() {
    const { clientId, clientSecret } = this.#account;
    return [clientSecret, this.#basic, clientId, ...this.#issued];
  }

  async #current(send: SendAuthRequest): Promise<Token> {
    const held = this.#token;
    const now = this.#clock.now();
    if (held && now < held.renewAtMs) return held;
    try {
      this.#requesting ??= this.#request(send).finally(() => {
        this.#requesting = undefined;
      });
      return await this.#requesting;
    } catch (error) {
      if (!held || this.#token !== held || this.#clock.now() >= held.endsAtMs) throw error;
      held.renewAtMs = this.#clock.now() + RETRY_EARLY_MS;
      return held;
    }
  }

  async #request(send: SendAuthRequest): Promise<Token> {
    const requestedMs = this.#clock.now();
    if (this.#quiet && requestedMs < this.#quiet.untilMs) {
      const { because, untilMs } = this.#quiet;
      throw new AtlasError(because.code, because.message, { status: 429, retryAfterMs: untilMs - requestedMs });
    }
    const answer = await send({
      as: 'token',
      method: 'POST',
      target: TOKEN_PATH,
      headers: {
        authorization: `Basic ${this.#basic}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    if (answer.status !== 200) throw this.#refused(answer);
    this.#token = readToken(answer.body, requestedMs);
    this.#issued.unshift(this.#token.value);
    this.#issued.length = Math.min(this.#issued.length, TOKENS_HIDDEN);
    return this.#token;
  }

  #refused(answer: TransportAnswer): AtlasError {
    const error = tokenRefusal(answer, this.secrets(), this.#clock.now());
    if (error.code === 'ATLAS_RATE_LIMITED' && error.retryAfterMs) {
      const pauseMs = Math.min(error.retryAfterMs, MAX_PAUSE_MS);
      this.#quiet = { untilMs: this.#clock.now() + pauseMs, because: error };
    }
    return error;
  }
}

/** @throws AtlasError ATLAS_BAD_ANSWER, which never quotes the answer: it may hold a token */
function readToken(body: string, requestedMs: number): Token {
  const { access_token: value, expires_in: life } = fieldsOf(tryJson(body));
  // Printable, without spaces: anything else can't travel in a header.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new AtlasError('ATLAS_BAD_ANSWER', `POST ${TOKEN_PATH} answered 200 without an access token`);
  }
  const lifeMs = 1000 * (typeof life === 'number' && Number.isFinite(life) && life > 0 ? life : DEFAULT_LIFE_S);
  // A short life is used for half of it, at least.
  const renewAtMs = requestedMs + Math.max(lifeMs - EARLY_MS, lifeMs / 2);
  return { value, renewAtMs, endsAtMs: requestedMs + lifeMs };
}

const ADVICE: Record<string, string> = {
  invalid_client:
    'check that the service account exists, that its secret has not expired, and that the secret holds both in their current form',
  access_denied:
    'a service account may hold 100 live tokens at most; wait for older ones to end (an hour), or revoke them',
};

/** OAuth-shaped, `{error: 'invalid_client', error_description}`, except for a 429 (docs/atlas.md#3-2). */
function tokenRefusal(answer: TransportAnswer, hidden: string[], nowMs: number): AtlasError {
  const { error, error_description: description } = fieldsOf(tryJson(answer.body));
  const plain = responseError(answer, { what: `POST ${TOKEN_PATH}`, hidden, nowMs });
  if (typeof error !== 'string' || !/^[a-z_]{1,60}$/.test(error)) return plain;
  const detail = typeof description === 'string' && description !== '' ? ` (${quote(description, hidden)})` : '';
  const advice = ADVICE[error] ?? 'check the credentials and the base URL';
  return new AtlasError(plain.code, `POST ${TOKEN_PATH} answered ${answer.status} ${error}${detail}: ${advice}`, {
    status: answer.status,
    errorCode: error,
    ...defined({ retryAfterMs: plain.retryAfterMs }),
  });
}
