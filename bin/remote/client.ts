// bin/remote/client.ts: the HTTP client of a restore ledger's API.
import { setTimeout as sleep } from 'node:timers/promises';
import { backOff } from '../../functions/platform/back-off.ts';
import type { Log } from '../../functions/platform/log.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { ApiAddress } from './address.ts';
import type { AwsSigner } from './aws-signature.ts';
import { ApiError, refused, unanswered } from './errors.ts';

type Value = string | number | undefined;
/** Parameters by name; as a list, some may come more than once. */
export type Query = Readonly<Record<string, Value>> | readonly (readonly [string, Value])[];

interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Query;
  body?: string;
  /** By which the API knows a repeat of it. */
  idempotencyKey?: string | undefined;
}

/** API Gateway gives up after 30 s; in ms, the body included. */
const TIMEOUT_MS = 35_000;
/** Lambda sends 6 MB at most. */
const MAX_BYTES = 10_000_000;
const MAX_REFUSAL_BYTES = 20_000;
/** Calls in all, the first included; none is made later than a timeout after the first. */
const ATTEMPTS = 4;
const BACK_OFF = { baseMs: 500, capMs: 8_000 };
/** The longest wait between two calls, even where the API asks for more, in ms. */
const MAX_WAIT_MS = 20_000;

export class ApiClient {
  readonly address: ApiAddress;
  readonly #log: Log;
  readonly #pause: (ms: number) => Promise<unknown>;
  #signer: AwsSigner | undefined;

  constructor(address: ApiAddress, { log, pause = sleep }: { log: Log; pause?: (ms: number) => Promise<unknown> }) {
    this.address = address;
    this.#log = log;
    this.#pause = pause;
  }

  /** The body of a 200. @throws ApiError, CommandError */
  get(path: string, query: Query = {}): Promise<unknown> {
    return this.#call({ method: 'GET', path, query });
  }

  /** The same; undefined where the API answers that there is no such thing. @throws ApiError, CommandError */
  find(path: string, query?: Query): Promise<unknown> {
    return orNothing(this.get(path, query));
  }

  /** The body of a 200, 201 or 202. @param idempotencyKey makes it safe to repeat @throws ApiError, CommandError */
  post(path: string, body: object, idempotencyKey?: string): Promise<unknown> {
    return this.#call({ method: 'POST', path, body: JSON.stringify(body), idempotencyKey });
  }

  /**
   * An answer of any length, as it comes: a 200, 202 or 303, which is not followed.
   * @param signal ends it @throws ApiError, CommandError
   */
  async open(path: string, query: Query, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const url = new URL(this.address.url + path);
    const what = `GET ${url.href}`;
    url.search = queryText(query);
    const signed = await this.#headers({ method: 'GET', url, body: undefined, headers });
    const response = await opened(what, url, signed, signal);
    const { status } = response;
    if (status === 200 || status === 202 || status === 303) return response;
    const accessKeyId = await this.#signer?.accessKeyId();
    const text = await textOf(what, response);
    throw refused({ what, status, headers: response.headers, text, advice: () => this.#advice(status, accessKeyId) });
  }

  /** The body of a 200; undefined where there is no such thing. @throws ApiError, CommandError */
  delete(path: string): Promise<unknown> {
    return orNothing(this.#call({ method: 'DELETE', path }));
  }

  /** The body of a 200, of what says the same however often it is said. @throws ApiError, CommandError */
  patch(path: string, body: object): Promise<unknown> {
    return this.#call({ method: 'PATCH', path, body: JSON.stringify(body) });
  }

  async #call(call: Call): Promise<unknown> {
    const began = Date.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (!(error instanceof ApiError) || attempt >= ATTEMPTS || !mayRepeat(call, error)) throw error;
        const waitMs = backOff(error, attempt, BACK_OFF);
        if (waitMs > MAX_WAIT_MS || Date.now() - began > TIMEOUT_MS) throw error;
        const request = `${call.method} ${call.path}`;
        this.#log.info('trying again', { request, waitMs: Math.round(waitMs), reason: error.message });
        await this.#pause(waitMs);
      }
    }
  }

  async #once({ method, path, query = {}, body, idempotencyKey }: Call): Promise<unknown> {
    const url = new URL(this.address.url + path);
    const what = `${method} ${url.href}`;
    url.search = queryText(query);
    const json = 'application/json';
    const plain: Record<string, string> =
      body === undefined ? { accept: json } : { accept: json, 'content-type': json };
    if (idempotencyKey !== undefined) plain['idempotency-key'] = idempotencyKey;
    const headers = await this.#headers({ method, url, body, headers: plain });
    const began = Date.now();
    const { status, ...answer } = await this.#exchange(what, url, { method, headers, body: body ?? null });
    this.#log.debug('answered', { request: what, status, ms: Date.now() - began });
    if (status === 200 || status === 201 || status === 202) return parsed(what, answer.text);
    const accessKeyId = await this.#signer?.accessKeyId();
    throw refused({ what, status, ...answer, advice: () => this.#advice(status, accessKeyId) });
  }

  async #headers(request: Parameters<AwsSigner['sign']>[0]): Promise<Record<string, string>> {
    const { auth } = this.address;
    const agent = { 'user-agent': `restore-ledger/${packageJson.version}` };
    if (auth.by === 'none') return { ...request.headers, ...agent };
    if (auth.by === 'token') return { ...request.headers, ...agent, authorization: `Bearer ${auth.token}` };
    if (!this.#signer) {
      const { AwsSigner } = await import('./aws-signature.ts');
      this.#signer = new AwsSigner({ region: auth.region });
    }
    return { ...(await this.#signer.sign(request)), ...agent };
  }

  async #exchange(what: string, url: URL, request: RequestInit) {
    try {
      // Redirects are answers here: credentials go to the address that was given, and nowhere else.
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { ...request, redirect: 'manual', signal });
      return { status: response.status, headers: response.headers, text: await textOf(what, response) };
    } catch (error) {
      throw error instanceof ApiError ? error : unanswered(what, error, TIMEOUT_MS);
    }
  }

  #advice(status: number, accessKeyId: string | undefined): string {
    const needs = status === 403 ? 'needs execute-api:Invoke on this API' : 'was not accepted';
    return {
      token:
        'the token in RESTORE_LEDGER_API_TOKEN was not accepted; has it expired, or is it for another issuer or audience?',
      none: 'no credentials were sent; give --api-auth iam, or RESTORE_LEDGER_API_TOKEN and --api-auth token',
      iam: `the AWS identity of access key ${accessKeyId} ${needs} (aws sts get-caller-identity names it)`,
    }[this.address.auth.by];
  }
}

/** What an address of somebody else's answers, to whom no credentials are sent. @throws ApiError */
export const openElsewhere = (what: string, url: URL, signal: AbortSignal) => opened(what, url, {}, signal);

/** The head of the answer has to come in time; for the body, the caller waits as long as it wants. */
async function opened(what: string, url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('late', 'TimeoutError')), TIMEOUT_MS);
  try {
    return await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.any([late.signal, signal]) });
  } catch (error) {
    signal.throwIfAborted();
    throw unanswered(what, error, TIMEOUT_MS);
  } finally {
    clearTimeout(timer);
  }
}

/** All but a POST without a key: that only where the API refused it, as after a lost answer a second call could start a second run. */
const mayRepeat = ({ method, idempotencyKey }: Call, { transient, status }: ApiError) =>
  transient && (method !== 'POST' || idempotencyKey !== undefined || status === 429);

async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.isNotFound) return undefined;
    throw error;
  }
}

/** As RFC 3986 and SigV4 have it: URLSearchParams would write a space as `+`. */
function queryText(query: Query): string {
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = Array.isArray(query)
    ? (query as readonly (readonly [string, Value])[])
    : Object.entries(query as Record<string, Value>);
  return pairs
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encoded(name)}=${encoded(String(value))}`]))
    .join('&');
}

function parsed(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(
      `${what} was answered with something else than JSON: is this the address of a restore ledger's API?`,
    );
  }
}

/** Counted once decompressed, so that a small answer can't become a large one. @throws ApiError */
async function textOf(what: string, { ok, status, body }: Response): Promise<string> {
  const most = ok ? MAX_BYTES : MAX_REFUSAL_BYTES;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > most && ok) throw new ApiError(`${what} was answered with more than ${MAX_BYTES} bytes`, { status });
    if (bytes > most) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
