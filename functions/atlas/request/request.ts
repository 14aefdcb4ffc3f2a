// functions/atlas/request/request.ts: one call from beginning to end: room in its bucket, signature, answer, retries.

import type { Clock } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import type { Log } from '../../platform/log.ts';
import { quote } from '../../restore/redact/quote.ts';
import type { Access, CredentialSession } from '../auth/credential-session.ts';
import type { AuthRequest, Signature } from '../auth/signer.ts';
import { SkewMeter } from '../http/clock-skew.ts';
import { durationText } from '../http/duration.ts';
import { isAboutAccess, isAboutCredentials, isAtlasOwn, responseError } from '../http/response-error.ts';
import { headerOf, type Transport, type TransportAnswer } from '../http/transport.ts';
import type { Waits } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import type { SkewReading } from '../model/skew-reading.ts';
import { type Answer, bucketOf, type Call, parseBody, urlOf } from './call.ts';
import type { Endpoint } from './endpoints.ts';
import type { Lease, RateLimits, Wait } from './rate-limits.ts';
import { MAX_WAIT_MS, type RetryOptions, retryDecision } from './retry.ts';
import { UsageCount } from './usage.ts';

export interface AtlasHttpOptions {
  access: CredentialSession;
  transport: Transport;
  rateLimits: RateLimits;
  skew: SkewMeter;
  clock: Clock;
  log: Log;
  /** Aborted when the client closes. */
  signal: AbortSignal;
  callTimeoutMs: number;
  maxBytes: number;
  userAgent: string;
  retry: RetryOptions;
  onWait?(wait: Wait): void;
}

const NO_BUDGET: Waits = { leftMs: Number.POSITIVE_INFINITY, note: () => {} };

/** What one call shares between its attempts. */
interface Attempts {
  call: Call;
  /** Method and path, for messages. */
  what: string;
  timeLeftMs: () => number;
  failures: number;
  throttles: number;
  /** The credentials' source was asked again. */
  reread: boolean;
}

export class AtlasHttp {
  readonly usage: UsageCount;
  readonly #options: AtlasHttpOptions;
  readonly #deprecated: Set<string>;
  readonly #madeAtMs: number;
  readonly #waits: Waits;

  /** @param deprecated endpoints whose deprecation was logged already */
  constructor(options: AtlasHttpOptions, usage = new UsageCount(), deprecated = new Set<string>(), waits = NO_BUDGET) {
    this.#options = options;
    this.#waits = waits;
    this.usage = usage;
    this.#deprecated = deprecated;
    this.#madeAtMs = options.clock.now();
  }

  /**
   * The same caller, which counts its own calls too, and measures our clock by their answers alone.
   * @param waits what it may wait where Atlas asks for it. @default as this one
   */
  counting(waits = this.#waits): AtlasHttp {
    const skew = new SkewMeter(this.#options.skew);
    return new AtlasHttp({ ...this.#options, skew }, new UsageCount(this.usage), this.#deprecated, waits);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get log(): Log {
    return this.#options.log;
  }

  /** @see CredentialSession.principal */
  get principal(): string | undefined {
    return this.#options.access.principal;
  }

  /** @see SkewMeter.skewMs */
  get clockSkewMs(): number | undefined {
    return this.#options.skew.root.skewMs;
  }

  /** @see SkewMeter.reading */
  get skewReading(): SkewReading | undefined {
    return this.#options.skew.reading;
  }

  /** @param ms a wait of our own choosing @param what the call that waits @throws AtlasError once the client is closed */
  async sleep(ms: number, what: string) {
    this.#options.onWait?.({ what, ms, reason: 'retry' });
    await this.#options.clock.sleep(ms, this.#options.signal).catch(() => {
      throw new AtlasError('ATLAS_UNAVAILABLE', 'A wait was cut short: the client was closed', { lasting: true });
    });
  }

  /**
   * GETs one path, and again where that may help and the time allows.
   * @throws AtlasError the last attempt's
   */
  async get(call: Call, timeLeftMs: () => number): Promise<Answer> {
    const what = `GET ${call.path}`;
    const attempts: Attempts = { call, what, timeLeftMs, failures: 0, throttles: 0, reread: false };
    for (;;) {
      const lease = await this.#enter(attempts);
      let failure: AtlasError;
      try {
        return await this.#attempt(attempts, lease);
      } catch (error) {
        failure = this.#ours(error, what);
      }
      await this.#beforeNext(attempts, failure);
    }
  }

  /** @throws AtlasError at once where the bucket's wait doesn't fit into the time left */
  async #enter({ call, what, timeLeftMs }: Attempts): Promise<Lease> {
    try {
      return await this.#options.rateLimits.enter(bucketOf(call), what, timeLeftMs, {
        usage: this.usage,
        waits: this.#waits,
      });
    } catch (error) {
      throw this.#ours(error, what);
    }
  }

  /** Waits until the call may be made again; throws the failure where it may not. */
  async #beforeNext(attempts: Attempts, failure: AtlasError) {
    const { call, timeLeftMs } = attempts;
    const throttled = failure.code === 'ATLAS_RATE_LIMITED';
    attempts[throttled ? 'throttles' : 'failures'] += 1;
    const verdict = retryDecision(failure, attempts, timeLeftMs(), this.#retryOptions(failure));
    // What Atlas asked for holds for every call on this bucket, whether or not this one goes on.
    const askedMs = verdict.again && throttled ? verdict.waitMs : failure.retryAfterMs;
    if (throttled || askedMs) this.#options.rateLimits.pause(bucketOf(call), askedMs ?? 0);
    if (!verdict.again) throw verdict.because === 'budget' ? tooLong(failure, verdict) : failure;
    // Long lists can fail on the count alone (docs/atlas.md#8-2691).
    if (failure.errorCode === 'TIMEOUT_WHILE_PAGING' && call.query.includeCount === true) {
      attempts.call = { ...call, query: { ...call.query, includeCount: false } };
    }
    // The wait for a bucket is spent on entering it.
    if (!throttled && !askedMs) await this.sleep(verdict.waitMs, attempts.what);
  }

  /** The budget of waits limits what Atlas asks for, not the waits of our own choosing. */
  #retryOptions({ code, retryAfterMs }: AtlasError): RetryOptions {
    const { retry } = this.#options;
    if (code !== 'ATLAS_RATE_LIMITED' && !retryAfterMs) return retry;
    return { ...retry, longestMs: Math.min(retry.longestMs ?? MAX_WAIT_MS, this.#waits.leftMs) };
  }

  async #attempt(attempts: Attempts, lease: Lease): Promise<Answer> {
    const { call, what } = attempts;
    let answer: TransportAnswer | undefined;
    try {
      answer = await this.#admitted(attempts, await this.#options.access.current());
    } catch (error) {
      if (error instanceof Refused) {
        answer = error.answer;
        throw error.failure;
      }
      throw error;
    } finally {
      lease.leave(answer?.headers);
    }
    return { status: answer.status, body: parseBody(answer, what), query: call.query };
  }

  /** An answer in 2xx, with other credentials where those in hand were replaced meanwhile. */
  async #admitted(attempts: Attempts, access: Access): Promise<TransportAnswer> {
    try {
      return await this.#signed(attempts, access);
    } catch (error) {
      const rejected = error instanceof Refused && error.aboutAccess && !attempts.reread;
      const instead = rejected ? await this.#otherAccess(attempts, access) : undefined;
      if (instead) return await this.#signed(attempts, instead);
      throw error;
    }
  }

  async #otherAccess(attempts: Attempts, access: Access): Promise<Access | undefined> {
    attempts.reread = true;
    try {
      return await this.#options.access.insteadOf(access, this.#madeAtMs);
    } catch (error) {
      // The refusal says more than the failure of the source.
      this.#options.log.warn('Atlas refused the credentials, and reading them again failed', {
        reason: error instanceof AtlasError ? error.message : 'unknown',
      });
      return undefined;
    }
  }

  /** Signs and sends; a 401 gets one more signature that shares nothing with the first. */
  async #signed(attempts: Attempts, access: Access): Promise<TransportAnswer> {
    const { call, what } = attempts;
    const url = urlOf(access.origin, call);
    const side = (request: AuthRequest) => this.#side(attempts, access, request);
    const target = url.pathname + url.search;
    let signature = await signing(access.signer.sign({ method: 'GET', target }, side));
    let answer = await this.#send(attempts, url, signature);
    if (isAboutCredentials(answer)) {
      signature = await signing(signature.renew(answer.headers, side));
      answer = await this.#send(attempts, url, signature);
    }
    const aboutCredentials = isAboutCredentials(answer);
    // A server out of order, or out of tokens, may not have looked at the signature.
    if (!aboutCredentials && answer.status !== 429 && answer.status < 500) signature.accepted();
    this.#noteDeprecation(call.endpoint, answer, access);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new Refused(this.#refusal(answer, what, access, call), isAboutAccess(answer), answer);
  }

  #send(attempts: Attempts, url: URL, { authorization }: Signature) {
    const accept = `application/vnd.atlas.${attempts.call.endpoint.version}+json`;
    const headers = defined({ accept, authorization });
    return this.#exchange(attempts, { as: 'call', method: 'GET', target: url.pathname + url.search, headers }, url);
  }

  /** A challenge or a token: 401 and 2xx are for the signer to read, and the token endpoint's own errors are. */
  async #side(attempts: Attempts, access: Access, request: AuthRequest): Promise<TransportAnswer> {
    const { call, what } = attempts;
    const accept = `application/vnd.atlas.${call.endpoint.version}+json`;
    const url = new URL(access.origin + request.target);
    const answer = await this.#exchange(attempts, { ...request, headers: { accept, ...request.headers } }, url);
    if (request.as === 'token' || answer.status === 401 || (answer.status >= 200 && answer.status < 300)) return answer;
    throw this.#refusal(answer, what, access, call);
  }

  async #exchange(attempts: Attempts, request: AuthRequest, url: URL): Promise<TransportAnswer> {
    const { transport, clock, log, signal, skew, callTimeoutMs, maxBytes, userAgent } = this.#options;
    const timeoutMs = Math.min(callTimeoutMs, attempts.timeLeftMs());
    const { method, headers, body } = request;
    if (timeoutMs <= 0) {
      throw new AtlasError('ATLAS_UNAVAILABLE', `${method} ${url.pathname} was not sent: no time left`);
    }
    this.usage.add(request.as === 'token' ? 'tokenRequests' : 'requests', 1);
    const startedMs = clock.now();
    const fields = { method, path: url.pathname };
    try {
      const sent = { method, url, headers: { ...headers, 'user-agent': userAgent }, body, signal, timeoutMs, maxBytes };
      const answer = await transport.send(defined(sent));
      // A proxy that answers in Atlas's place has a clock of its own.
      if (isAtlasOwn(answer)) skew.note(answer.headers, startedMs, clock.now());
      if (answer.status === 429) this.usage.add('throttles', 1);
      log.debug('Atlas answered', { ...fields, status: answer.status, ms: clock.now() - startedMs });
      return answer;
    } catch (error) {
      const { code, message } = this.#ours(error, `${method} ${url.pathname}`);
      log.debug('Atlas gave no answer', { ...fields, code, reason: message, ms: clock.now() - startedMs });
      throw error;
    }
  }

  #refusal(answer: TransportAnswer, what: string, access: Access, { endpoint }: Call) {
    const { role, absences, sunset } = endpoint;
    const nowMs = this.#options.clock.now();
    return responseError(answer, defined({ what, role, absences, sunset, hidden: access.signer.secrets(), nowMs }));
  }

  #noteDeprecation({ operation, version }: Endpoint, { headers }: TransportAnswer, { signer }: Access) {
    const [deprecation, sunset] = [headerOf(headers, 'deprecation'), headerOf(headers, 'sunset')];
    if ((deprecation === undefined && sunset === undefined) || this.#deprecated.has(operation)) return;
    this.#deprecated.add(operation);
    const quoted = (text: string | undefined) => (text === undefined ? undefined : quote(text, signer.secrets()));
    const fields = { operation, version, deprecation: quoted(deprecation), sunset: quoted(sunset) };
    this.#options.log.warn('Atlas calls an endpoint version deprecated', defined(fields));
  }

  /** Whatever is thrown in here leaves as an AtlasError. What an unknown error holds is not repeated. */
  #ours(error: unknown, what: string): AtlasError {
    if (error instanceof AtlasError) return error;
    if (this.#options.signal.aborted) {
      return new AtlasError('ATLAS_UNAVAILABLE', `${what} was stopped: the client was closed`, { lasting: true });
    }
    const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
    return new AtlasError('ATLAS_BAD_ANSWER', `${what} failed in an unexpected way: ${name}`, { lasting: true });
  }
}

/** The failure, with the wait that it would have taken to go on. */
function tooLong(failure: AtlasError, { waitMs, mostMs }: { waitMs: number; mostMs: number }): AtlasError {
  const message = `${failure.message}. The next attempt was due in ${durationText(waitMs)}, and the call may wait for ${durationText(mostMs)}`;
  return failure.saying(message, { retryAfterMs: waitMs });
}

/** A refusal on its way through this file, which it never leaves. */
class Refused extends Error {
  readonly failure: AtlasError;
  /** Other credentials may change the outcome. */
  readonly aboutAccess: boolean;
  readonly answer: TransportAnswer | undefined;

  constructor(failure: AtlasError, aboutAccess: boolean, answer?: TransportAnswer) {
    super(failure.message);
    this.failure = failure;
    this.aboutAccess = aboutAccess;
    this.answer = answer;
  }
}

/** Credentials that can't get a token or a challenge count as refused, too. */
async function signing(signature: Promise<Signature>): Promise<Signature> {
  try {
    return await signature;
  } catch (error) {
    if (error instanceof AtlasError && error.code === 'ATLAS_UNAUTHORIZED') throw new Refused(error, true);
    throw error;
  }
}
