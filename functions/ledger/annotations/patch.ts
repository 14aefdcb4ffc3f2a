// functions/ledger/annotations/patch.ts: what somebody wants to say of a job, checked. It comes from outside: every text is bounded, on
// one line, and without secrets.
import type * as z from 'zod/mini';
import { fieldsOf } from '../../platform/json.ts';
import { isSecretName } from '../../restore/redact/secret-names.ts';
import { safeText } from '../../restore/redact/secret-text.ts';
import type { annotationRequest } from '../../schema/annotation.ts';
import { LIMITS } from '../../schema/annotation-limits.ts';
import { VALIDATION_STATUSES } from '../../schema/words.ts';

export type AnnotationPatch = z.infer<typeof annotationRequest>;
type Check = NonNullable<AnnotationPatch['checks']>[number];

/** What somebody wants to say can't be kept. The message names the field. */
export class AnnotationProblem extends Error {
  override readonly name = 'AnnotationProblem';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.field = field;
  }
}

const FIELDS = ['validation', 'purpose', 'ticket', 'environment', 'checks', 'links'] as const;

/** @throws AnnotationProblem */
export function annotationPatch(value: unknown): AnnotationPatch {
  const sent = objectOf('body', value, FIELDS);
  const patch: AnnotationPatch = {};
  if (sent.validation !== undefined) {
    const { status, message } = objectOf('validation', sent.validation, ['status', 'message']);
    patch.validation = validationOf('validation.status', status, 'validation.message', message);
  }
  for (const name of ['purpose', 'ticket', 'environment'] as const)
    if (sent[name] !== undefined) patch[name] = sent[name] === null ? null : textOf(name, sent[name], LIMITS[name]);
  if (sent.checks !== undefined) patch.checks = listOf('checks', sent.checks, LIMITS.checks, checkOf);
  if (sent.links !== undefined) patch.links = listOf('links', sent.links, LIMITS.links, linkOf);
  if (patch.checks)
    refuseTwice(
      'checks',
      patch.checks.map(({ name }) => name),
    );
  if (patch.links) refuseTwice('links', patch.links);
  if (Object.keys(patch).length === 0)
    throw new AnnotationProblem('body', `expected one of ${FIELDS.join(', ')}, got none`);
  return patch;
}

/** From the body of AWS Backup's PutRestoreValidationResult. @throws AnnotationProblem */
export function validationPatch(value: unknown): AnnotationPatch {
  const [status, message] = ['ValidationStatus', 'ValidationStatusMessage'] as const;
  const sent = objectOf('body', value, [status, message]);
  return { validation: validationOf(status, sent[status], message, sent[message]) };
}

function validationOf(statusField: string, status: unknown, messageField: string, message: unknown) {
  const known = VALIDATION_STATUSES.find((each) => each === status);
  if (!known)
    throw new AnnotationProblem(statusField, `expected one of ${VALIDATION_STATUSES.join(', ')}, got ${shown(status)}`);
  return message === undefined || message === null
    ? { status: known }
    : { status: known, message: textOf(messageField, message, LIMITS.message) };
}

function checkOf(field: string, value: unknown): Check {
  const { name, expected, got } = objectOf(field, value, ['name', 'expected', 'got']);
  const check = {
    name: textOf(`${field}.name`, name, LIMITS.checkName),
    expected: textOf(`${field}.expected`, expected, LIMITS.checkValue),
    got: textOf(`${field}.got`, got, LIMITS.checkValue),
  };
  // Its name and its values are shown together, as `name=expected`.
  const isSecret = [check.expected, check.got].some(
    (each) => safeText(`${check.name}=${each}`) !== `${check.name}=${each}`,
  );
  if (isSecret || isSecretName(check.name))
    throw new AnnotationProblem(field, 'expected a check without credentials, got one with the name of a secret');
  return check;
}

/** Null takes the list back, and so does an empty one. */
function listOf<T>(field: string, value: unknown, most: number, read: (field: string, each: unknown) => T): T[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new AnnotationProblem(field, `expected a list, got ${shown(value)}`);
  if (value.length > most) throw new AnnotationProblem(field, `expected at most ${most}, got ${value.length}`);
  return value.length === 0 ? null : value.map((each, index) => read(`${field}.${index}`, each));
}

function refuseTwice(field: string, names: readonly string[]) {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AnnotationProblem(field, `expected each once, got ${shown(twice)} twice`);
}

export function objectOf(field: string, value: unknown, names: readonly string[]): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new AnnotationProblem(field, `expected an object, got ${shown(value)}`);
  const other = Object.keys(value).find((name) => !names.includes(name));
  if (other !== undefined)
    throw new AnnotationProblem(field, `expected some of ${names.join(', ')}, got ${shown(other)}`);
  return fieldsOf(value);
}

/** Control characters, what reverses the direction of text or takes no room or shows nothing, half characters, those for private use and none at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

export function lineOf(field: string, value: unknown, most: number): string {
  if (typeof value !== 'string') throw new AnnotationProblem(field, `expected a text, got ${shown(value)}`);
  // Before anything goes over a text that may be of any length.
  const isTooLong = value.length > most * 4;
  const text = isTooLong ? value : value.normalize('NFC').trim();
  if (text === '' || isTooLong || text.length > most)
    throw new AnnotationProblem(field, `expected 1 to ${most} characters, got ${text.length}`);
  if (UNSEEN.test(text))
    throw new AnnotationProblem(
      field,
      'expected one line of visible characters, got a control or an invisible character',
    );
  return text;
}

export function textOf(field: string, value: unknown, most: number): string {
  const text = lineOf(field, value, most);
  // Not even quoted: it may be the data set's address.
  if (safeText(text) !== text)
    throw new AnnotationProblem(
      field,
      'expected a text without addresses and credentials, got one with them: addresses go to links',
    );
  return text;
}

/** The host of downloads, and the ending of what is downloaded (docs/atlas.md#7). */
const DELIVERY_HOST = /(?:^|\.)mongodb\.net\.?$/i;
const ARCHIVE = /\.(?:tar|gz|tgz|bson|archive)\b/i;

function linkOf(field: string, value: unknown): string {
  const text = lineOf(field, value, LIMITS.link);
  const problem = (got: string) =>
    new AnnotationProblem(field, `expected an address that begins with https://, ${got}`);
  if (!/^https:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) throw problem('got another text');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw problem('without a user and a password, got one with them');
  if (DELIVERY_HOST.test(url.hostname) || ARCHIVE.test(url.pathname)) throw problem('got one of data');
  if (hasSecret(url)) throw problem('without credentials, got one with them');
  if (url.href.length > LIMITS.link) throw problem(`of at most ${LIMITS.link} characters, got ${url.href.length}`);
  return url.href;
}

/** In a parameter, in what is behind `#`, or in a part of its path. */
function hasSecret(url: URL): boolean {
  const behind = url.hash.slice(1);
  const parameters = [...url.searchParams, ...new URLSearchParams(behind.replace(/^[^?]*\?/, ''))];
  const texts = [...parameters.map(([, value]) => value), ...url.pathname.split('/'), behind].map(decoded);
  return (
    parameters.some(([name]) => isSecretName(name) || /^x-(?:amz|goog|ms)-/i.test(name)) ||
    texts.some((text) => safeText(text) !== text)
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not encoded, then
  }
}

const MAX_SHOWN = 40;

/** Nothing of a long text: it may be a secret. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return String(value).slice(0, MAX_SHOWN);
  const isPlain = value.length <= MAX_SHOWN && !UNSEEN.test(value) && safeText(value) === value;
  return isPlain ? JSON.stringify(value) : 'another text';
}
