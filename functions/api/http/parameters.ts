// functions/api/http/parameters.ts: query parameters. Each is checked, and named where it is wrong; unknown ones are refused, since a
// misspelt filter would look like an answer.
import type { Context } from 'hono';
import { isoMoment } from '../../platform/calendar.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { badParameter } from './problem.ts';

/** Checked by hand: with zod, a cold start took 6 ms longer (2026-11). */
export interface Parameter<T> {
  /** What a text as sent stands for, or undefined where it doesn't fit. Several values come joined by commas. */
  read(text: string): T | undefined;
  expected: string;
  /** As of OpenAPI. */
  schema: Readonly<Record<string, unknown>>;
  description?: string;
  /** May be given more than once. @default false */
  several?: boolean;
}

export const described = <T>(parameter: Parameter<T>, description: string): Parameter<T> => ({
  ...parameter,
  description,
});

export const queryOf = (context: Context): URLSearchParams => new URL(context.req.url).searchParams;

type Read<S> = { -readonly [K in keyof S]?: S[K] extends Parameter<infer T> ? T : never };

/** @throws RequestProblem that names the parameter */
export function readParameters<S extends Record<string, Parameter<unknown>>>(sent: URLSearchParams, known: S): Read<S> {
  const read: Record<string, unknown> = {};
  for (const name of new Set(sent.keys())) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!parameter) {
      const names = Object.keys(known).join(', ');
      throw badParameter(name.slice(0, 100), `there is no such parameter; there are: ${names}`);
    }
    const values = sent.getAll(name);
    if (values.length > 1 && !parameter.several) throw badParameter(name, `${name} can be given once only`);
    const value = values.join(',');
    read[name] = parameter.read(value);
    if (read[name] === undefined) {
      throw badParameter(name, `expected ${parameter.expected}, got ${JSON.stringify(value.slice(0, 100))}`);
    }
  }
  return read as Read<S>;
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

/** Of at most 200 characters. */
export const text = (expected: string): Parameter<string> => ({
  read: (value) => (value.length > 0 && value.length <= 200 ? value : undefined),
  expected,
  schema: { type: 'string', minLength: 1, maxLength: 200 },
});
