// functions/atlas/request/signed-request.ts: one attempt at a call: signed, sent, counted, and sent once more with a fresh signature.

import type { Clock } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import type { Log } from '../../platform/log.ts';
import { quote } from '../../restore/redact/quote.ts';
import type { Access, CredentialSession } from '../auth/credential-session.ts';
import type { AuthRequest, Signature } from '../auth/signer.ts';
import type { SkewMeter } from '../http/clock-skew.ts';
import { isAboutAccess, isAboutCredentials, isAtlasOwn, responseError } from '../http/response-error.ts';
import { headerOf, type Transport, type TransportAnswer } from '../http/transport.ts';
import type { Waits } from '../model/atlas.ts';
import { AtlasError } from '../model/errors.ts';
import { type Call, urlOf } from './call.ts';
import type { Endpoint } from './endpoints.ts';
import type { RateLimits, Wait } from './rate-limits.ts';
import type { RetryOptions } from './retry.ts';
import type { UsageCount } from './usage.ts';

/** What all calls of a client, or of its view within a time budget, share. */
export interface RequestContext {
  access: CredentialSession;
  transport: Transport;
  rateLimits: RateLimits;
  skew: SkewMeter;
  usage: UsageCount;
  /** What the calls may wait where Atlas requires it. */
  waits: Waits;
  timeLeftMs(): number;
  /** Endpoints whose deprecation was logged already. */
  deprecated: Set<string>;
  clock: Clock;
  log: Log;
  /** Aborted when the client closes. */
  signal: AbortSignal;
  callTimeoutMs: number;
  maxBytes: number;
  userAgent: string;
  retry: RetryOptions;
  onWait(wait: Wait): void;
}

/** `failure` is absent for an answer in 2xx, `answer` where no signature could be made. */
export interface Attempt {
  answer?: TransportAnswer;
  failure?: AtlasError;
  /** Other credentials may change the outcome. */
  aboutAccess?: boolean;
}

/** Signs and sends; a 401 gets one more signature that shares nothing with the first. @throws AtlasError without an answer */
export async function sendSigned(context: RequestContext, call: Call, access: Access): Promise<Attempt> {
  const url = urlOf(access.origin, call);
  const target = url.pathname + url.search;
  const sendAuth = (request: AuthRequest) => authAnswer(context, call, access, request);
  const send = ({ authorization }: Signature) =>
    exchange(
      context,
      { as: 'call', method: 'GET', target, headers: defined({ accept: acceptOf(call), authorization }) },
      url,
    );
  let answer: TransportAnswer;
  try {
    let signature = await access.signer.sign({ method: 'GET', target }, sendAuth);
    answer = await send(signature);
    if (isAboutCredentials(answer)) {
      signature = await signature.renew(answer.headers, sendAuth);
      answer = await send(signature);
    }
    // A server out of order, or out of tokens, may not have checked the signature.
    if (!isAboutCredentials(answer) && answer.status !== 429 && answer.status < 500) signature.accepted();
  } catch (error) {
    // Credentials that can't get a token or a challenge count as refused, too.
    if (error instanceof AtlasError && error.code === 'ATLAS_UNAUTHORIZED')
      return { failure: error, aboutAccess: true };
    throw error;
  }
  noteDeprecation(context, call.endpoint, answer, access);
  if (isOk(answer)) return { answer };
  return { answer, failure: failureOf(context, answer, access, call), aboutAccess: isAboutAccess(answer) };
}

/** A challenge or a token: 401 and 2xx are for the signer to read, and the token endpoint's own errors are. */
async function authAnswer(context: RequestContext, call: Call, access: Access, request: AuthRequest) {
  const url = new URL(access.origin + request.target);
  const headers = { accept: acceptOf(call), ...request.headers };
  const answer = await exchange(context, { ...request, headers }, url);
  if (request.as === 'token' || answer.status === 401 || isOk(answer)) return answer;
  throw failureOf(context, answer, access, call);
}

async function exchange(context: RequestContext, request: AuthRequest, url: URL): Promise<TransportAnswer> {
  const { transport, clock, log, signal, skew, usage, maxBytes, userAgent } = context;
  const timeLeftMs = context.timeLeftMs();
  const timeoutMs = Math.min(context.callTimeoutMs, timeLeftMs);
  const { method, headers, body } = request;
  const what = `${method} ${url.pathname}`;
  if (timeoutMs <= 0) throw new AtlasError('ATLAS_UNAVAILABLE', `${what} was not sent: no time left`);
  usage.add(request.as === 'token' ? 'tokenRequests' : 'requests', 1);
  const startedMs = clock.now();
  const fields = { method, path: url.pathname };
  try {
    const limits = { timeoutMs, timeLeftMs, maxBytes };
    const sent = { method, url, headers: { ...headers, 'user-agent': userAgent }, body, signal, ...limits };
    const answer = await transport.send(defined(sent));
    // A proxy that answers in Atlas's place has a clock of its own.
    if (isAtlasOwn(answer)) skew.note(answer.headers, startedMs, clock.now());
    if (answer.status === 429) usage.add('throttles', 1);
    log.debug('Atlas answered', { ...fields, status: answer.status, ms: clock.now() - startedMs });
    return answer;
  } catch (error) {
    const { code, message } = asAtlasError(error, what, signal);
    log.debug('Atlas gave no answer', { ...fields, code, reason: message, ms: clock.now() - startedMs });
    throw error;
  }
}

/** Whatever is thrown in here leaves as an AtlasError. What an unknown error holds is not repeated. */
export function asAtlasError(error: unknown, what: string, signal: AbortSignal): AtlasError {
  if (error instanceof AtlasError) return error;
  if (signal.aborted) {
    return new AtlasError('ATLAS_UNAVAILABLE', `${what} was stopped: the client was closed`, { lasting: true });
  }
  const name = error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
  return new AtlasError('ATLAS_BAD_ANSWER', `${what} failed in an unexpected way: ${name}`, { lasting: true });
}

const isOk = ({ status }: TransportAnswer) => status >= 200 && status < 300;

const acceptOf = ({ endpoint }: Call) => `application/vnd.atlas.${endpoint.version}+json`;

function failureOf({ clock }: RequestContext, answer: TransportAnswer, { signer }: Access, { path, endpoint }: Call) {
  const { role, absences, sunset } = endpoint;
  const context = { what: `GET ${path}`, role, absences, sunset, hidden: signer.secrets(), nowMs: clock.now() };
  return responseError(answer, defined(context));
}

function noteDeprecation(
  { deprecated, log }: RequestContext,
  { operation, version }: Endpoint,
  { headers }: TransportAnswer,
  { signer }: Access,
) {
  const quoted = (name: string) => {
    const text = headerOf(headers, name);
    return text === undefined ? undefined : quote(text, signer.secrets());
  };
  const notices = defined({ deprecation: quoted('deprecation'), sunset: quoted('sunset') });
  if (Object.keys(notices).length === 0 || deprecated.has(operation)) return;
  deprecated.add(operation);
  log.warn('Atlas calls an endpoint version deprecated', { operation, version, ...notices });
}
