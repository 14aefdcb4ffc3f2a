// functions/atlas/request/request.ts: one GET from beginning to end: room in its bucket, credentials, attempts, waits.

import type { Access } from '../auth/credential-session.ts';
import { SkewMeter } from '../http/clock-skew.ts';
import { durationText } from '../http/duration.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { AtlasError } from '../model/errors.ts';
import { type Answer, bucketOf, type Call, parseBody } from './call.ts';
import type { Lease } from './rate-limits.ts';
import { MAX_WAIT_MS, type RetryOptions, retryDecision } from './retry.ts';
import { type Attempt, asAtlasError, type RequestContext, sendSigned } from './signed-request.ts';
import { UsageCount } from './usage.ts';

/** What one call shares between its attempts. */
interface Attempts {
  call: Call;
  /** Method and path, for messages. */
  what: string;
  failures: number;
  throttles: number;
  /** The credentials' source was read again. */
  reread: boolean;
}

export class AtlasHttp {
  readonly context: RequestContext;
  readonly #madeAtMs: number;

  constructor(context: RequestContext) {
    this.context = context;
    this.#madeAtMs = context.clock.now();
  }

  /** The same within a time budget, which counts its own calls too, and measures our clock by their answers alone. */
  within(timeLeftMs: () => number, waits = this.context.waits): AtlasHttp {
    const { skew, usage, ...shared } = this.context;
    return new AtlasHttp({
      ...shared,
      skew: new SkewMeter(skew),
      usage: new UsageCount(usage),
      waits,
      timeLeftMs: () => Math.min(timeLeftMs(), shared.timeLeftMs()),
    });
  }

  /** @param ms a wait of our own choosing @param what the call that waits @throws AtlasError once the client is closed */
  async sleep(ms: number, what: string) {
    const { onWait, clock, signal } = this.context;
    onWait({ what, ms, reason: 'retry' });
    await clock.sleep(ms, signal).catch(() => {
      throw new AtlasError('ATLAS_UNAVAILABLE', 'A wait was cut short: the client was closed', { lasting: true });
    });
  }

  /** GETs one path, and again where that may help and the time allows. @throws AtlasError the last attempt's */
  async get(call: Call): Promise<Answer> {
    const what = `GET ${call.path}`;
    const attempts: Attempts = { call, what, failures: 0, throttles: 0, reread: false };
    for (;;) {
      const lease = await this.#enter(attempts);
      let answer: TransportAnswer | undefined;
      let failure: AtlasError | undefined;
      try {
        ({ answer, failure } = await this.#attempt(attempts));
        if (answer && !failure)
          return { status: answer.status, body: parseBody(answer, what), query: attempts.call.query };
      } catch (error) {
        failure = asAtlasError(error, what, this.context.signal);
      } finally {
        lease.leave(answer?.headers);
      }
      if (failure) await this.#beforeNext(attempts, failure);
    }
  }

  /** @throws AtlasError at once where the bucket's wait doesn't fit into the time left */
  async #enter({ call, what }: Attempts): Promise<Lease> {
    const { rateLimits, timeLeftMs, signal } = this.context;
    try {
      return await rateLimits.enter(bucketOf(call), what, timeLeftMs, this.context);
    } catch (error) {
      throw asAtlasError(error, what, signal);
    }
  }

  /** With other credentials where those in hand were refused and have been replaced meanwhile. */
  async #attempt(attempts: Attempts): Promise<Attempt> {
    const access = await this.context.access.current();
    const first = await sendSigned(this.context, attempts.call, access);
    if (!first.aboutAccess || attempts.reread) return first;
    attempts.reread = true;
    const instead = await this.#insteadOf(access);
    return instead ? sendSigned(this.context, attempts.call, instead) : first;
  }

  async #insteadOf(access: Access): Promise<Access | undefined> {
    try {
      return await this.context.access.insteadOf(access, this.#madeAtMs);
    } catch (error) {
      // The refusal says more than the failure of the source.
      const reason = error instanceof AtlasError ? error.message : 'unknown';
      this.context.log.warn('Atlas refused the credentials, and reading them again failed', { reason });
      return undefined;
    }
  }

  /** Waits until the call may be made again; throws the failure where it may not. */
  async #beforeNext(attempts: Attempts, failure: AtlasError) {
    const { rateLimits, timeLeftMs } = this.context;
    const { call } = attempts;
    const throttled = failure.code === 'ATLAS_RATE_LIMITED';
    attempts[throttled ? 'throttles' : 'failures'] += 1;
    const verdict = retryDecision(failure, attempts, timeLeftMs(), this.#retryOptions(failure));
    // What Atlas requires holds for every call on this bucket, whether or not this one goes on.
    const requiredMs = verdict.again && throttled ? verdict.waitMs : failure.retryAfterMs;
    if (throttled || requiredMs) rateLimits.pause(bucketOf(call), requiredMs ?? 0);
    if (!verdict.again) throw verdict.because === 'budget' ? tooLong(failure, verdict) : failure;
    // Long lists can fail on the count alone (docs/atlas.md#8-2691).
    if (failure.errorCode === 'TIMEOUT_WHILE_PAGING' && call.query.includeCount === true) {
      attempts.call = { ...call, query: { ...call.query, includeCount: false } };
    }
    // The wait for a bucket is spent on entering it.
    if (!throttled && !requiredMs) await this.sleep(verdict.waitMs, attempts.what);
  }

  /** The budget of waits limits what Atlas requires, not the waits of our own choosing. */
  #retryOptions({ code, retryAfterMs }: AtlasError): RetryOptions {
    const { retry, waits } = this.context;
    if (code !== 'ATLAS_RATE_LIMITED' && !retryAfterMs) return retry;
    return { ...retry, longestMs: Math.min(retry.longestMs ?? MAX_WAIT_MS, waits.leftMs) };
  }
}

/** The failure, with the wait that it would have taken to go on. */
function tooLong(failure: AtlasError, { waitMs, limitMs }: { waitMs: number; limitMs: number }): AtlasError {
  const message = `${failure.message}. The next attempt was due in ${durationText(waitMs)}, and the call may wait for ${durationText(limitMs)}`;
  return failure.saying(message, { retryAfterMs: waitMs });
}
