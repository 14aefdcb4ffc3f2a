// functions/restore/field-reader.ts: typed reads of an answer that may hold anything. What doesn't fit is noted and left alone: the job is
// recorded all the same.
import { isoDateTime } from '../platform/calendar.ts';
import type { FieldProblem } from './job.ts';
import { isObjectId } from './object-id.ts';

/** A field that is not what it should be. `got` describes it without repeating more than a few characters. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly field: string;
  readonly expected: string;
  readonly got: string;

  constructor(field: string, expected: string, value: unknown) {
    const got = describe(value);
    super(problemText({ field, expected, got }));
    this.field = field;
    this.expected = expected;
    this.got = got;
  }
}

/** `status: expected PENDING, RUNNING, got "CLOSED"` */
export const problemText = ({ field, expected, got }: FieldProblem) => `${field}: expected ${expected}, got ${got}`;

/** Characters of a value that are repeated. */
const MAX_REPEATED = 40;

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const short = beginning(value, MAX_REPEATED);
    return `"${short === value ? value : `${short}…`}"`;
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** So many UTF-16 units, or one less: none is half a character. */
function beginning(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** How far Atlas's clock and ours, and those of Atlas's own servers, may be apart, in ms. Generous: a day. */
const CLOCKS_MS = 86_400_000;
/** Longest text that is taken over, in UTF-16 units. All of it stays in `atlas`. */
const MAX_TEXT = 200;

/** Typed reads of one object's fields. null counts as absent: Atlas sends it where its spec says nothing (docs/atlas.md#9). */
export class Fields {
  /** What didn't fit, each field once. */
  readonly problems: FieldProblem[] = [];
  readonly #of: Record<string, unknown>;
  readonly #readMs: number;

  /** @param readAt when the answer was requested: what is over can't be much later */
  constructor(of: Record<string, unknown>, readAt: Date) {
    this.#of = of;
    this.#readMs = readAt.getTime();
  }

  /** A field that can't be used as it is. The first thing said of a field stands. */
  note(field: string, expected: string, value: unknown = this.#of[field]): undefined {
    if (!this.isOdd(field)) this.problems.push({ expected, field, got: describe(value) });
  }

  isOdd(field: string): boolean {
    return this.problems.some((problem) => problem.field === field);
  }

  /** @returns nothing, and notes it, as all of these do, where the value is there and wrong */
  text(name: string, max = MAX_TEXT): string | undefined {
    const value = this.#of[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.note(name, 'a string');
    if (value.length <= max) return value;
    this.note(name, `at most ${max} characters`, value);
    return `${beginning(value, max)}…`;
  }

  /** A word that must be there, and be one of these. */
  oneOf<T>(name: string, words: ReadonlyMap<string, T>): T | undefined {
    const value = this.#of[name] ?? undefined;
    const known = typeof value === 'string' ? words.get(value) : undefined;
    return known ?? this.note(name, [...words.keys()].join(', '));
  }

  flag(name: string): boolean | undefined {
    const value = this.#of[name] ?? false;
    return typeof value === 'boolean' ? value : this.note(name, 'true or false');
  }

  objectId(name: string): string | undefined {
    const value = this.#of[name] ?? undefined;
    return value === undefined || isObjectId(value) ? value : this.note(name, '24 hex digits in lower case');
  }

  /** A date-time, as ISO 8601 in UTC with milliseconds. */
  time(name: string): string | undefined {
    const value = this.#of[name] ?? undefined;
    if (value === undefined) return undefined;
    const at = typeof value === 'string' ? isoDateTime(value) : undefined;
    return at !== undefined && at >= '1970' ? at : this.note(name, 'a date and time with its zone');
  }

  /** A time that was over when the answer was given. @param since it is no earlier either, ISO 8601 */
  past(name: string, since?: string): string | undefined {
    const at = this.time(name);
    if (at === undefined) return undefined;
    const ms = Date.parse(at);
    if (ms > this.#readMs + CLOCKS_MS) return this.note(name, 'a time that is over');
    if (since !== undefined && ms < Date.parse(since) - CLOCKS_MS) return this.note(name, 'a time after the request');
    return at;
  }

  /** Seconds since the epoch that are over, as ISO 8601 in UTC; 0 counts as absent. */
  epochSeconds(name: string): string | undefined {
    const value = this.#of[name] ?? 0;
    if (value === 0) return undefined;
    const fits = typeof value === 'number' && value > 0 && value * 1000 <= this.#readMs + CLOCKS_MS;
    return fits ? new Date(value * 1000).toISOString() : this.note(name, 'seconds since 1970, up to now');
  }
}
