// bin/remote/errors.ts: errors of the API client: why an API did not answer, or what it refused, in one line.
import { CommandError } from '../process/exit-codes.ts';

export interface ApiErrorDetails {
  /** Absent where there was no answer. */
  status?: number | undefined;
  /** True where the same request, unchanged, may succeed later. */
  transient?: boolean;
  /** True where the API itself answers so; a 404 of another server proves nothing. */
  isNotFound?: boolean;
  /** From Retry-After, in ms. */
  retryAfterMs?: number | undefined;
  /** The parameter that a problem document refuses, and why. */
  refused?: { field: string; detail: string } | undefined;
  cause?: unknown;
}

/** The only error that leaves the client, beside CommandError. It never holds a credential. */
export class ApiError extends CommandError {
  override readonly name = 'ApiError';
  readonly status: number | undefined;
  readonly transient: boolean;
  readonly isNotFound: boolean;
  readonly retryAfterMs: number | undefined;
  readonly refused: { field: string; detail: string } | undefined;

  constructor(
    message: string,
    { status, transient = false, isNotFound = false, retryAfterMs, refused, cause }: ApiErrorDetails = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.transient = transient;
    this.isNotFound = isNotFound;
    this.retryAfterMs = retryAfterMs;
    this.refused = refused;
  }
}

export interface Refusal {
  what: string;
  status: number;
  headers: Headers;
  /** The body, cut where it is long. */
  text: string;
  /** Whose credentials were refused, and what they need. */
  advice(): string;
}

/** Parts of a message that come from outside; the whole is one line of a terminal. */
const MAX_PART = 500;

/** The error for an answer other than 200 or 202. */
export function refused({ what, status, headers, text, advice }: Refusal): ApiError {
  const { type, title, detail, field, requestId, message } = documentOf(text);
  const isNotFound = status === 404 && type?.endsWith('/problems/not-found') === true;
  const isOfParameter = REFUSALS.some((name) => type?.endsWith(`/problems/${name}`));
  const refused = isOfParameter && field !== undefined && detail !== undefined ? { field, detail } : undefined;
  const details = {
    status,
    transient: TRANSIENT.has(status),
    isNotFound,
    retryAfterMs: retryAfterMs(headers),
    refused,
  };
  const id = requestId ?? GATEWAY_IDS.map((name) => headers.get(name)).find((value) => value !== null);
  const about = [field === undefined ? '' : `field ${field}`, id ? `request ${id}` : ''].filter((part) => part !== '');
  const after = about.length > 0 ? ` (${about.join(', ')})` : '';
  if (type !== undefined && title !== undefined) {
    return new ApiError(`${title}${detail === undefined ? '' : `: ${detail}`}${after}`, details);
  }
  const said = message === undefined ? '' : `, ${message.replace(/\.$/, '')}`;
  if (status === 401 || status === 403) {
    return new ApiError(`${what} answered ${status}${said}${after}: ${advice()}`, details);
  }
  const also = details.transient ? 'try again later' : "is this the address of a restore ledger's API?";
  return new ApiError(`${what} answered ${status}${said}${after}: ${also}`, details);
}

/** Problems of a parameter. */
const REFUSALS = ['bad-parameter', 'ambiguous-name'];
/** Of Lambda and API Gateway too, whose 500 is a function that was stopped. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);
const GATEWAY_IDS = ['x-request-id', 'apigw-requestid', 'x-amzn-requestid'];

/** A problem document (RFC 9457), or API Gateway's own, which has `message` or `Message`. */
function documentOf(text: string) {
  const { type, title, detail, field, requestId, Message, message = Message } = textsIn(text);
  return { type, title, detail, field, requestId, message };
}

function textsIn(json: string): Record<string, string | undefined> {
  try {
    const texts = Object.entries({ ...JSON.parse(json) }).filter(([, value]) => typeof value === 'string' && value);
    return Object.fromEntries(texts.map(([name, value]) => [name, String(value).slice(0, MAX_PART)]));
  } catch {
    return {};
  }
}

function retryAfterMs(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}

/** By error code: the reason, and whether the same request may succeed later. The first that matches counts. */
const CONNECTION_ERRORS: readonly (readonly [RegExp, string, boolean])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there (CODE); is the address right, and the server up?', true],
  [/^EAI_AGAIN$/, "the name of the host can't be found (CODE); is the address right?", true],
  [/^(ENOTFOUND|EAI_\w+)$/, "the name of the host can't be found (CODE); is the address right?", false],
  [/CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|ERR_SSL/, "the server's certificate is not trusted (CODE)", false],
  [/./, 'connection failed (CODE)', true],
];

/** What went wrong before there was an answer. The message of a failed fetch says nothing; its cause has a code. */
export function unanswered(what: string, error: unknown, timeoutMs: number): ApiError {
  const { name, cause } = error instanceof Error ? error : new Error(String(error));
  if (name === 'TimeoutError') {
    return new ApiError(`${what} was not answered in full within ${timeoutMs / 1000} s`, { transient: true });
  }
  const code = codeOf(cause);
  const [, reason = '', transient = false] = CONNECTION_ERRORS.find(([pattern]) => pattern.test(code)) ?? [];
  return new ApiError(`${what} failed: ${reason.replace('CODE', code)}`, { transient });
}

/** Only what looks like a code: messages of other libraries may hold anything. */
function codeOf(cause: unknown): string {
  const { code, errors } = (cause ?? {}) as { code?: unknown; errors?: unknown };
  if (typeof code === 'string' && /^\w{1,60}$/.test(code)) return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : 'unknown cause';
}
