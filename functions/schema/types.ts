// functions/schema/types.ts: the field types of the public schemas. Objects ignore fields that they don't describe.
import * as z from 'zod/mini';

interface Meta {
  /** Name among the schemas of the OpenAPI document, and in `$defs`. */
  id?: string;
  description?: string;
  format?: string;
  enum?: readonly string[];
  /** Fields that may be there only with others. */
  dependentRequired?: Record<string, string[]>;
}
export const META = z.registry<Meta>();

type Schema = z.core.$ZodType;

export function described<S extends Schema>(schema: S, description?: string, more: Meta = {}): S {
  META.add(schema, description === undefined ? more : { description, ...more });
  return schema;
}

/** A schema of its own in the documents, which others refer to. */
export const named = <S extends Schema>(id: string, schema: S, description?: string): S =>
  described(schema, description, { id });

/** Left out where it has no value; never null. */
export const optional = <S extends Schema>(schema: S, description?: string) =>
  description === undefined ? z.exactOptional(schema) : described(z.exactOptional(schema), description);

export const text = (description?: string) => described(z.string(), description);
export const flag = (description?: string) => described(z.boolean(), description);
export const count = (description?: string) => described(z.int().check(z.minimum(0)), description);
export const amount = (description?: string) => described(z.number().check(z.minimum(0)), description);
export const objectId = (description?: string) =>
  described(z.string().check(z.regex(/^[a-f0-9]{24}$/, '24 hex digits in lower case')), description);
export const list = <S extends Schema>(of: S, description?: string) => described(z.array(of), description);
/** What Atlas answered, in its own form. */
export const anyObject = (description?: string) => described(z.record(z.string(), z.unknown()), description);
export const map = <S extends Schema>(of: S, description?: string) => described(z.record(z.string(), of), description);

/** How many of each. */
export const counts = <const T extends readonly string[]>(names: T, description?: string) =>
  described(
    z.object(Object.fromEntries(names.map((name) => [name, count()])) as Record<T[number], ReturnType<typeof count>>),
    description,
  );
/** A page of an answer. */
export const page = <Name extends string, S extends Schema>(name: Name, row: S) =>
  z.object({
    ...({ [name]: list(row) } as Record<Name, z.ZodMiniArray<S>>),
    cursor: optional(text('Where the next page begins; absent on the last one.')),
  });

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** ISO 8601 in UTC. */
export const moment = (description?: string) =>
  described(z.string().check(z.refine((value) => MOMENT.test(value), 'expected a time in UTC')), description, {
    format: 'date-time',
  });

export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  described(z.enum(values), description);

/** A list that later versions add values to: whoever reads accepts others too. */
export const someOf = <const T extends readonly string[]>(values: T, description?: string) =>
  described(z.string(), description, { enum: values }) as unknown as z.ZodMiniType<T[number], T[number]>;
