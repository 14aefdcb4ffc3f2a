// functions/api/http/parameters.ts: query parameters. Each is checked, and named where it is wrong; unknown ones are refused, since a
// misspelt filter would look like an answer.
import type { Context } from 'hono';
import { isoMoment } from '../../platform/calendar.ts';
import { nearest } from '../../platform/lists/nearest.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { ageMs } from './period.ts';
import { badParameter } from './problem.ts';

/** Checked by hand: with zod, a cold start took 6 ms longer (2026-11). */
export interface Parameter<T> {
  /** What a text as sent stands for, or undefined where it doesn't fit. Several values come joined by `separator`. */
  read(text: string): T | undefined;
  expected: string;
  /** As of OpenAPI. */
  schema: Readonly<Record<string, unknown>>;
  description?: string;
  /** May be given more than once. @default false */
  several?: boolean;
  /** Between several values. @default , */
  separator?: string;
  /** The words that it takes, if it takes only some. */
  words?: readonly string[];
}

export const described = <T>(parameter: Parameter<T>, description: string): Parameter<T> => ({
  ...parameter,
  description,
});

export const queryOf = (context: Context): URLSearchParams => new URL(context.req.url).searchParams;

export type Read<S> = { -readonly [K in keyof S]?: S[K] extends Parameter<infer T> ? T : never };

/** @throws RequestProblem that names the parameter */
export function readParameters<S extends Record<string, Parameter<unknown>>>(sent: URLSearchParams, known: S): Read<S> {
  const read: Record<string, unknown> = {};
  for (const name of new Set(sent.keys())) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!parameter) {
      throw badParameter(name.slice(0, 100), `there is no such parameter${meant(name, known)}`);
    }
    const values = sent.getAll(name);
    if (values.length > 1 && !parameter.several) throw badParameter(name, `${name} can be given once only`);
    const value = values.join(parameter.separator ?? ',');
    read[name] = parameter.read(value);
    if (read[name] === undefined) {
      throw badParameter(name, `expected ${parameter.expected}, got ${JSON.stringify(value.slice(0, 100))}`);
    }
  }
  return read as Read<S>;
}

/** A parameter with a name like this, or one that takes it for a value; and all that there are. */
function meant(name: string, known: Record<string, Parameter<unknown>>): string {
  const [similar] = nearest(name, Object.keys(known), 1);
  const taking = Object.entries(known).find(([, { words = [] }]) => words.includes(name))?.[0];
  const hint = taking === undefined ? similar : `${taking}=${name}`;
  return `${hint === undefined ? '' : `, did you mean ${hint}?`}; there are: ${Object.keys(known).join(', ')}`;
}

export const objectId: Parameter<string> = {
  read: (value) => (isObjectId(value) ? value : undefined),
  expected: '24 hex digits in lower case',
  schema: { type: 'string', pattern: '^[a-f0-9]{24}$' },
};

/** A day, or a moment that says its zone: without one, it would be another moment on every machine. */
export const moment: Parameter<string> = {
  read: (value) => isoMoment(value.replace(/ (?=\d\d:\d\d$)/, '+')), // a + that wasn't encoded
  expected: 'a day such as 2026-11-23, or a moment such as 2026-11-23T12:00:00Z',
  schema: {
    type: 'string',
    anyOf: [{ format: 'date' }, { format: 'date-time' }],
    description: 'A day, or a moment with its zone: 2026-11-23, 2026-11-23T12:00:00Z.',
  },
};

export const oneOf = <const T extends readonly string[]>(values: T): Parameter<T[number]> => ({
  read: (value) => values.find((each) => each === value),
  expected: `one of ${values.join(', ')}`,
  schema: { type: 'string', enum: values },
  words: values,
});

export const someOf = <const T extends readonly string[]>(values: T): Parameter<T[number][]> => ({
  read: (value) => {
    const sent = new Set(value.split(','));
    const known = values.filter((each) => sent.has(each));
    return known.length === sent.size ? known : undefined;
  },
  expected: `some of ${values.join(', ')}; several with commas, or given more than once`,
  schema: { type: 'array', items: { type: 'string', enum: values } },
  several: true,
  words: values,
});

export const wholeNumber = (minimum: number, maximum: number): Parameter<number> => ({
  read: (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= minimum && number <= maximum ? number : undefined;
  },
  expected: `a whole number from ${minimum} to ${maximum}`,
  schema: { type: 'integer', minimum, maximum },
});

export const flag: Parameter<boolean> = {
  read: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
  expected: 'true or false',
  schema: { type: 'boolean' },
};

const MAX_TEXT = 200;
const isText = (value: string) => value.trim().length > 0 && value.length <= MAX_TEXT;

/** Of at most 200 characters. */
export const text = (expected: string): Parameter<string> => ({
  read: (value) => (value.length > 0 && value.length <= MAX_TEXT ? value : undefined),
  expected,
  schema: { type: 'string', minLength: 1, maxLength: MAX_TEXT },
});

/** Without the space around it, and more than space. */
export const trimmed = (parameter: Parameter<string>): Parameter<string> => ({
  ...parameter,
  read: (value) => (parameter.read(value) === undefined ? undefined : parameter.read(value.trim())),
  schema: { ...parameter.schema, pattern: String.raw`\S` },
});

const MAX_TEXTS = 20;

/** Any of some texts, which may hold commas: each is a parameter of its own. */
export const texts = (expected: string): Parameter<string[]> => ({
  read: (value) => {
    const sent = [...new Set(value.split('\n'))];
    return sent.length <= MAX_TEXTS && sent.every(isText) ? sent.map((each) => each.trim()) : undefined;
  },
  expected: `${expected}, of 1 to ${MAX_TEXT} characters; to give several, up to ${MAX_TEXTS}, repeat the parameter`,
  schema: { type: 'array', items: { type: 'string', pattern: '\\S', maxLength: MAX_TEXT }, maxItems: MAX_TEXTS },
  several: true,
  separator: '\n',
});

/** A moment that says its zone, a day, or an age, which `at` makes a moment. */
export interface Moment {
  /** As it was sent, for an age. */
  age?: string;
  at(now: number): string;
}

export const momentOrAge: Parameter<Moment> = {
  read: (value) => {
    const age = ageMs(value);
    if (age !== undefined) return { age: value, at: (now) => new Date(now - age).toISOString() };
    const iso = moment.read(value);
    return iso === undefined ? undefined : { at: () => iso };
  },
  expected:
    'a day such as 2026-11-23, a moment such as 2026-11-23T12:00:00Z, or an age such as 30m, 12h, 7d or 2w; `period` takes last-month and the like',
  schema: {
    type: 'string',
    anyOf: [{ format: 'date' }, { format: 'date-time' }, { pattern: '^[0-9]{1,5}[mhdw]$' }],
    description: 'A day, a moment with its zone, or an age: 2026-11-23, 2026-11-23T12:00:00Z, 7d.',
  },
};
