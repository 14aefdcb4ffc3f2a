// functions/schema/json-schema.ts: the public schemas as JSON Schema 2020-12.
import * as z from 'zod/mini';
import { META } from './types.ts';

export type JsonSchema = Record<string, unknown>;

/**
 * Named schemas that it refers to are in `$defs`.
 * @param io `input`: of whoever reads, who ignores fields that later versions add. `output`: of whoever writes
 */
export function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema {
  const override = ({ jsonSchema: made }: { jsonSchema: JsonSchema }) => {
    // Of every number and every name of JSON that our code can hold.
    if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
    if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
    delete made.propertyNames;
  };
  return z.toJSONSchema(schema, { metadata: META, io, override }) as JsonSchema;
}

/** Of these and of those they refer to, where references begin with `prefix`. */
export function namedSchemas(prefix: string, schemas: readonly z.core.$ZodType[]): Record<string, JsonSchema> {
  const { $defs } = jsonSchema(z.union(schemas), 'output');
  return JSON.parse(JSON.stringify($defs).replaceAll('"#/$defs/', `"${prefix}`));
}
