// functions/atlas/http/response-error.ts: the AtlasError for an answer outside 2xx: what was tried, what came back, what to do.

import { defined } from '../../platform/defined.ts';
import { fieldsOf, tryJson } from '../../platform/json.ts';
import { cleaned, hide, quote } from '../../restore/redact/quote.ts';
import { type Absence, AtlasError, type AtlasErrorCode } from '../model/errors.ts';
import { ABOUT_ROLE, adviceFor } from './advice.ts';
import { parseHttpDate } from './http-date.ts';
import { headerOf, type TransportAnswer } from './transport.ts';

export interface ResponseErrorContext {
  /** Method and path, without the query: 'GET /api/atlas/v2/groups'. */
  what: string;
  /** The role that the call needs, for a 401 that means one. */
  role?: string;
  /** Values that must not appear in a message, whoever echoed them. */
  hidden?: readonly string[];
  /** For a Retry-After that is a date. */
  nowMs?: number;
  /** What Atlas can say is absent in answer to this. @default nothing */
  absences?: readonly Absence[];
  /** The endpoint is past its sunset as a whole. @default false */
  sunset?: boolean;
}

/** What Atlas says in an error, as far as it has the documented shape (docs/atlas.md#5). */
interface ApiError {
  errorCode: string | undefined;
  /** The body has Atlas's own form: every field of it, and the answer's status among them. */
  fromAtlas: boolean;
  detail: string | undefined;
  /** What is wrong with which field of the request: 'groupId: must be 24 hex digits'. */
  fields: string[];
  parameters: unknown[];
}

const WRONG_TIER = /^(CANNOT_USE_.+_IN_.+_API|NOT_SERVERLESS_TENANT_CLUSTER)$/;
/** Wrong fields of a request that the message names. */
const MAX_FIELDS = 5;
const ACCESS_LIST = /^(IP_ADDRESS_NOT_ON_|(ORG|RESOURCE)_REQUIRES_)/;
/** What these codes say is absent, with a 404 or 410 (docs/atlas.md#5). A code that isn't here says nothing of the kind. */
const ABSENT = new Map<string, Absence>([
  ['GROUP_NOT_FOUND', 'project'],
  ['INVALID_GROUP_ID', 'project'],
  ['CLUSTER_NOT_FOUND', 'cluster'],
  ['SERVERLESS_INSTANCE_NOT_FOUND', 'cluster'],
  ['RESTORE_JOB_NOT_FOUND', 'job'],
  ['TENANT_RESTORE_NOT_FOUND', 'job'],
  ['RESOURCE_NOT_FOUND', 'endpoint'],
  ['VERSION_GONE', 'endpoint'],
]);

/** True if Atlas itself answered, as far as the answer shows: JSON with a 2xx, else an error in Atlas's own form. */
export function isAtlasOwn(answer: TransportAnswer): boolean {
  const isOk = answer.status >= 200 && answer.status < 300;
  return isOk ? /^\s*[[{]/.test(answer.body) : apiError(answer).fromAtlas;
}

/** True where a new signature with the same credentials may change a 401. */
export function isAboutCredentials(answer: TransportAnswer): boolean {
  return answer.status === 401 && !ABOUT_ROLE.has(apiError(answer).errorCode ?? '');
}

/** True where other credentials may change a refusal: they were not taken, or their role or access list is wrong. */
export function isAboutAccess(answer: TransportAnswer): boolean {
  if (answer.status === 401) return true;
  const { errorCode = '' } = apiError(answer);
  return answer.status === 403 && (ABOUT_ROLE.has(errorCode) || ACCESS_LIST.test(errorCode));
}

/** The error for an answer outside 2xx. The HTTP status decides first: Atlas's codes alone mislead (docs/atlas.md#5). */
export function responseError(answer: TransportAnswer, context: ResponseErrorContext): AtlasError {
  const { what, role, hidden = [], nowMs = Date.now() } = context;
  const { status } = answer;
  const reported = apiError(answer, hidden);
  const { errorCode, parameters, fromAtlas } = reported;
  const absence = absenceOf(status, reported, context);
  const code = codeOf(status, errorCode);
  const retryAfterMs = status === 429 || status === 503 ? retryAfter(answer, errorCode, parameters, nowMs) : undefined;
  const named = errorCode === undefined ? '' : ` ${errorCode}`;
  const advice = adviceFor(code, { status, errorCode, role, parameters, retryAfterMs, fromAtlas });
  return new AtlasError(code, `${what} answered ${status}${named}${wordsOf(reported, hidden)}: ${advice}`, {
    status,
    fromAtlas,
    aboutRole: (status === 401 || status === 403) && ABOUT_ROLE.has(errorCode ?? ''),
    ...defined({ absence, errorCode, retryAfterMs }),
  });
}

function absenceOf(status: number, { errorCode, fromAtlas, parameters }: ApiError, context: ResponseErrorContext) {
  if (!fromAtlas || errorCode === undefined) return undefined;
  const isTier = WRONG_TIER.test(errorCode) && codeOf(status, errorCode) === 'ATLAS_WRONG_TIER';
  const absence = isTier ? 'tier' : status === 404 || status === 410 ? ABSENT.get(errorCode) : undefined;
  if (absence === undefined || !context.absences?.includes(absence)) return undefined;
  // Only our version of it is gone, while what it lists may well be there.
  if (errorCode === 'VERSION_GONE' && !context.sunset) return undefined;
  return absence === 'endpoint' || isAsked(parameters, context.what) ? absence : undefined;
}

/** Whether the error is about what was requested: one that named another cluster has been seen (docs/atlas.md#2-1). */
function isAsked(parameters: unknown[], what: string): boolean {
  const named = parameters.filter((each) => typeof each === 'string');
  return named.length === 0 || what.split('/').some((part) => named.some((name) => encoded(name) === part));
}

/** Undefined for half a surrogate pair, which no path can hold. */
const encoded = (text: string) => (text.isWellFormed() ? encodeURIComponent(text) : undefined);

function apiError({ status, headers, body }: TransportAnswer, hidden: readonly string[] = []): ApiError {
  const answer = tryJson(body);
  if (answer === undefined) {
    // Not from Atlas itself but from something on the way, which often sends HTML.
    const text = hide(body, hidden)
      .slice(0, 4_000)
      .replace(/<[^>]*>/g, ' ')
      .trim();
    const errorCode = asCode(headerOf(headers, 'x-error-code'), hidden);
    return { errorCode, detail: text || undefined, fromAtlas: false, fields: [], parameters: [] };
  }
  const { error, errorCode, detail, reason, parameters, badRequestDetail } = fieldsOf(answer);
  const words = [detail, reason].find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return {
    errorCode: asCode(errorCode ?? headerOf(headers, 'x-error-code'), hidden),
    detail: words,
    fromAtlas: asCode(errorCode, hidden) !== undefined && error === status && isText(detail) && isText(reason),
    fields: wrongFields(fieldsOf(badRequestDetail).fields),
    parameters: Array.isArray(parameters) ? parameters : [],
  };
}

/** Documented as text or null, and never left out on record (docs/atlas.md#5). */
const isText = (value: unknown) => typeof value === 'string' || value === null;

function wrongFields(fields: unknown): string[] {
  const texts = (Array.isArray(fields) ? fields : []).map((each: unknown) => {
    const { field, description } = fieldsOf(each);
    return [field, description].filter((text) => typeof text === 'string' && text !== '').join(': ');
  });
  return texts.filter((text) => text !== '');
}

/** ' ("Invalid."; groupId: must be 24 hex digits)', or nothing. */
function wordsOf({ detail, fields }: ApiError, hidden: readonly string[]): string {
  const more = fields.length > MAX_FIELDS ? [`and ${fields.length - MAX_FIELDS} more`] : [];
  const texts = fields.slice(0, MAX_FIELDS).map((text) => cleaned(text, hidden));
  const parts = [...(detail === undefined ? [] : [quote(detail, hidden)]), ...texts, ...more];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** Codes go into errors, logs and the ledger, so only what looks like one does. */
const asCode = (code: unknown, hidden: readonly string[]) =>
  typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,99}$/.test(code) && hide(code, hidden) === code ? code : undefined;

function codeOf(status: number, errorCode: string | undefined): AtlasErrorCode {
  if (status === 401) return 'ATLAS_UNAUTHORIZED';
  if (status === 404 && !WRONG_TIER.test(errorCode ?? '')) return 'ATLAS_NOT_FOUND';
  if (status === 410) return 'ATLAS_GONE';
  if (status === 429) return 'ATLAS_RATE_LIMITED';
  if (status === 408 || status >= 500) return 'ATLAS_UNAVAILABLE';
  // Some of these codes are known from clients' sources only, their status is not (docs/atlas.md#2-1).
  if (status >= 400 && WRONG_TIER.test(errorCode ?? '')) return 'ATLAS_WRONG_TIER';
  if (status === 402 || status === 403) return 'ATLAS_FORBIDDEN';
  return 'ATLAS_REFUSED';
}

/** In ms; from the header, else from the body: `RATE_LIMITED_TOKEN_BUCKET` has it as second parameter (docs/atlas.md#4). */
function retryAfter(answer: TransportAnswer, errorCode: string | undefined, parameters: unknown[], nowMs: number) {
  const header = headerOf(answer.headers, 'retry-after')?.trim() ?? '';
  // Of any length (RFC 9110 10.2.3), so kept within what a number can hold.
  if (/^\d+$/.test(header)) return Math.min(Number(header) * 1000, Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(header, nowMs);
  if (date !== undefined) return Math.max(0, date - nowMs);
  const seconds = errorCode === 'RATE_LIMITED_TOKEN_BUCKET' ? parameters[1] : undefined;
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e9 ? Math.ceil(seconds * 1000) : undefined;
}
