// functions/atlas/refusal.ts turns an answer that is a refusal into an AtlasError: what was tried, what came back, what to do.
import { isIP } from 'node:net';
import { redactAnswer } from '../restore/redact.ts';
import { AtlasError, type AtlasErrorCode } from './errors.ts';
import { headerOf, type TransportAnswer } from './transport.ts';

export interface RefusalContext {
  /** Method and path, without the query: 'GET /api/atlas/v2/groups'. */
  what: string;
  /** The role that the call needs, for a 401 that means one. */
  role?: string;
  /** Values that must not stand in a message, whoever echoed them. */
  hidden?: readonly string[];
  /** For a Retry-After that is a date. */
  nowMs?: number;
}

/** What Atlas says in an error, as far as it has the documented shape (FACTS 5). */
interface ApiError {
  errorCode?: string;
  detail?: string;
  parameters: unknown[];
}

const WRONG_TIER = /^(CANNOT_USE_.+_IN_.+_API|NOT_SERVERLESS_TENANT_CLUSTER)$/;
/** 401s that no other credential of the same owner, and no second attempt, will mend (FACTS 5). */
const SETTLED_401 = new Set([
  'USER_UNAUTHORIZED',
  'NOT_IN_GROUP',
  'USER_CANNOT_ACCESS_GROUP',
  'USER_CANNOT_ACCESS_ORG',
]);

/** True where a new signature, or new credentials, may change a 401. */
export function isAboutCredentials(answer: TransportAnswer): boolean {
  return answer.status === 401 && !SETTLED_401.has(apiError(answer).errorCode ?? '');
}

/** The error for an answer outside 2xx. The HTTP status decides first: Atlas's codes alone mislead (FACTS 5). */
export function refusal(answer: TransportAnswer, context: RefusalContext): AtlasError {
  const { what, role, hidden = [], nowMs = Date.now() } = context;
  const { status } = answer;
  const { errorCode, detail, parameters } = apiError(answer, hidden);
  const code = codeOf(status, errorCode);
  const retryAfterMs = status === 429 || status === 503 ? retryAfter(answer, errorCode, parameters, nowMs) : undefined;
  const named = errorCode === undefined ? '' : ` ${errorCode}`;
  const said = detail === undefined ? '' : ` (${quote(detail, hidden)})`;
  const advice = adviceFor(code, { status, errorCode, role, parameters, retryAfterMs });
  return new AtlasError(code, `${what} answered ${status}${named}${said}: ${advice}`, {
    status,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Somebody else's words as one short line that holds no URL, no credential and none of the hidden values. */
export function quote(text: string, hidden: readonly string[] = []): string {
  const line = String(redactAnswer(hide(text, hidden).slice(0, 2_000)))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .split(' ')
    // Redaction finds URLs by their scheme; a delivery URL without one still has a host and a path.
    .map((word) => (/[\w-]\.[a-z]{2,}(:\d+)?\//i.test(word) ? '[URL removed]' : word))
    .join(' ');
  return `"${line.length > 200 ? `${line.slice(0, 199)}…` : line}"`;
}

/** Shorter values would take common words along; no real key or token is that short. */
const hide = (text: string, hidden: readonly string[]) =>
  hidden.reduce((safe, value) => (value.length > 3 ? safe.replaceAll(value, '[removed]') : safe), text);

function apiError({ headers, body }: TransportAnswer, hidden: readonly string[] = []): ApiError {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    // Not from Atlas itself but from something on the way, which often sends HTML.
    const text = hide(body, hidden)
      .slice(0, 4_000)
      .replace(/<[^>]*>/g, ' ')
      .trim();
    return {
      ...codeField(headerOf(headers, 'x-error-code'), hidden),
      ...(text === '' ? {} : { detail: text }),
      parameters: [],
    };
  }
  const { errorCode, detail, reason, parameters } = (answer ?? {}) as Record<string, unknown>;
  const words = [detail, reason].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return {
    ...codeField(errorCode ?? headerOf(headers, 'x-error-code'), hidden),
    ...(words === undefined ? {} : { detail: words }),
    parameters: Array.isArray(parameters) ? parameters : [],
  };
}

/** Codes go into errors, logs and the ledger, so only what looks like one does. */
const codeField = (code: unknown, hidden: readonly string[]) =>
  typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,99}$/.test(code) && hide(code, hidden) === code
    ? { errorCode: code }
    : {};

function codeOf(status: number, errorCode: string | undefined): AtlasErrorCode {
  if (status === 401) return 'ATLAS_UNAUTHORIZED';
  if (status === 404 && !WRONG_TIER.test(errorCode ?? '')) return 'ATLAS_NOT_FOUND';
  if (status === 410) return 'ATLAS_GONE';
  if (status === 429) return 'ATLAS_RATE_LIMITED';
  if (status === 408 || status >= 500) return 'ATLAS_UNAVAILABLE';
  // Some of these codes are known from clients' sources only, their status is not (FACTS 2.1).
  if (status >= 400 && WRONG_TIER.test(errorCode ?? '')) return 'ATLAS_WRONG_TIER';
  if (status === 402 || status === 403) return 'ATLAS_FORBIDDEN';
  return 'ATLAS_REFUSED';
}

/** In ms; from the header, else from the body: `RATE_LIMITED_TOKEN_BUCKET` has it as second parameter (FACTS 4). */
function retryAfter(answer: TransportAnswer, errorCode: string | undefined, parameters: unknown[], nowMs: number) {
  const header = headerOf(answer.headers, 'retry-after')?.trim();
  if (header !== undefined && /^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.max(0, date - nowMs);
  const seconds = errorCode === 'RATE_LIMITED_TOKEN_BUCKET' ? parameters[1] : undefined;
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e9 ? Math.ceil(seconds * 1000) : undefined;
}

interface Known {
  status: number;
  errorCode: string | undefined;
  role: string | undefined;
  parameters: unknown[];
  retryAfterMs: number | undefined;
}

function adviceFor(code: AtlasErrorCode, { status, errorCode = '', role, parameters, retryAfterMs }: Known): string {
  switch (code) {
    case 'ATLAS_UNAUTHORIZED':
      if (errorCode === 'USER_UNAUTHORIZED') {
        return `the credentials are good but their role is too small${role ? `; this call needs ${role}` : ''}`;
      }
      if (SETTLED_401.has(errorCode)) return "the credentials are good but not of this project's organization";
      return 'check that the API key or service account still exists and that the secret holds its current values';
    case 'ATLAS_FORBIDDEN':
      return forbiddenAdvice(status, errorCode, parameters);
    case 'ATLAS_NOT_FOUND':
      return 'it does not exist, was deleted, or is not visible to these credentials';
    case 'ATLAS_GONE':
      return 'this version of the endpoint is past its sunset; stop asking for it';
    case 'ATLAS_WRONG_TIER':
      return "the cluster belongs to another tier's API; ask that one";
    case 'ATLAS_RATE_LIMITED':
      return retryAfterMs === undefined
        ? 'wait, then ask again'
        : `wait ${Math.ceil(retryAfterMs / 1000)} s, then ask again`;
    case 'ATLAS_UNAVAILABLE':
      return "the fault is on Atlas's side or on the way there; try again later";
    default:
      if (status >= 300 && status < 400) {
        return 'the base URL is wrong, since the API never redirects; it should be the final https address';
      }
      if (status === 406) return 'this version of the endpoint is not known there; check the base URL';
      return 'the request itself was refused, and asking again will not help';
  }
}

function forbiddenAdvice(status: number, errorCode: string, parameters: unknown[]): string {
  if (status === 402) return "settle the organization's billing in Atlas";
  if (/^IP_ADDRESS_NOT_ON_/.test(errorCode)) {
    const address = parameters.find((each) => typeof each === 'string' && isIP(each) !== 0);
    return `add this address${address === undefined ? '' : `, ${address},`} to the API access list of the API key or service account`;
  }
  if (/^(ORG|RESOURCE)_REQUIRES_/.test(errorCode)) {
    return 'the organization requires an API access list; make one for these credentials and add this address';
  }
  if (/^(FEATURE_UNSUPPORTED|UNSUPPORTED_FOR_CURRENT_PLAN)$/.test(errorCode)) {
    return 'the plan of this project or cluster does not include it';
  }
  return 'an access list, a plan or a policy forbids it; see the code in Atlas';
}
