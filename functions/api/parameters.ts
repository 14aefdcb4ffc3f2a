// functions/api/parameters.ts reads query parameters. Each is checked, and named where it is wrong; unknown ones are refused,
// since a misspelt filter would look like an answer.
import * as z from 'zod/mini';
import { badParameter } from './problem.ts';

export interface Parameter<T> {
  /** Of the text as sent; several values come joined by commas. */
  shape: z.ZodMiniType<T, string>;
  expected: string;
  /** May be given more than once. @default false */
  several?: boolean;
}

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
    const result = z.safeParse(parameter.shape, value);
    if (!result.success) {
      throw badParameter(name, `expected ${parameter.expected}, came ${JSON.stringify(value.slice(0, 100))}`);
    }
    read[name] = result.data;
  }
  return read as Read<S>;
}

const OBJECT_ID = /^[a-f0-9]{24}$/;
export const objectId = { shape: z.string().check(z.regex(OBJECT_ID)), expected: '24 hex digits in lower case' };

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
/** A day, or a moment that says its zone: without one, it would be another moment on every machine. */
export const moment = {
  shape: z.pipe(
    z.pipe(
      z.string(),
      z.transform((value) => value.replace(/ (?=\d\d:\d\d$)/, '+')), // a + that wasn't encoded
    ),
    z.pipe(
      z.string().check(z.refine((value) => ISO.test(value) && !Number.isNaN(Date.parse(value)))),
      z.transform((value) => new Date(value).toISOString()),
    ),
  ),
  expected: 'a day such as 2026-11-23, or a moment such as 2026-11-23T12:00:00Z',
} satisfies Parameter<string>;

export const oneOf = <const T extends readonly string[]>(values: T): Parameter<T[number]> => ({
  shape: z.enum(values) as unknown as z.ZodMiniType<T[number], string>,
  expected: `one of ${values.join(', ')}`,
});

export const someOf = <const T extends readonly string[]>(values: T): Parameter<T[number][]> => ({
  shape: z.pipe(
    z.string(),
    z.pipe(
      z.transform((value: string) => [...new Set(value.split(','))]),
      z.array(z.enum(values)) as unknown as z.ZodMiniType<T[number][], string[]>,
    ),
  ),
  expected: `some of ${values.join(', ')}; several with commas, or given more than once`,
  several: true,
});

export const wholeNumber = (least: number, most: number): Parameter<number> => ({
  shape: z.pipe(
    z.string().check(z.regex(/^\d{1,9}$/)),
    z.pipe(z.transform(Number), z.number().check(z.gte(least), z.lte(most))),
  ),
  expected: `a whole number from ${least} to ${most}`,
});

export const flag: Parameter<boolean> = {
  shape: z.pipe(
    z.enum(['true', 'false']) as unknown as z.ZodMiniType<string, string>,
    z.transform((value: string) => value === 'true'),
  ),
  expected: 'true or false',
};

export const text = (most: number, expected: string): Parameter<string> => ({
  shape: z.string().check(z.minLength(1), z.maxLength(most)),
  expected,
});
