// functions/api/openapi/parts.ts: the parts of the OpenAPI document: parameters, responses, references.
import { defined } from '../../platform/defined.ts';
import { FORMATS } from '../http/negotiate.ts';
import { objectId as objectIdParameter, type Parameter } from '../http/parameters.ts';
import { PROBLEMS, type ProblemName } from '../http/problem.ts';
import { EXAMPLES } from './examples.ts';

type Schema = Readonly<Record<string, unknown>>;
export const SCHEMAS = '#/components/schemas/';
export const ref = (name: string): Schema => ({ $ref: `${SCHEMAS}${name}` });

export const objectId = objectIdParameter.schema;
export const text = { type: 'string' };

export const query = (name: string, { schema, description }: Pick<Parameter<unknown>, 'schema' | 'description'>) =>
  defined({ name, in: 'query', schema, description });
export const queries = (of: Record<string, Parameter<unknown>>) =>
  Object.entries(of).map(([name, parameter]) => query(name, parameter));
export const path = (name: string, schema: Schema = text) => ({ name, in: 'path', required: true, schema });
export const header = (name: string, description: string, schema: Schema = text) => ({
  name,
  in: 'header',
  schema,
  description,
});

const withExample = (schema: string) => defined({ schema: ref(schema), example: EXAMPLES[schema] });
export const json = (schema: string) => ({ 'application/json': withExample(schema) });
const REQUEST_ID = { 'x-request-id': { schema: text } };
export const ok = (description: string, content: object, headers: object = {}) => ({
  description,
  content,
  headers: { ...REQUEST_ID, ...headers },
});
const NEXT = { link: { schema: text, description: '`rel="next"`, unless this is the last page.' } };
export const listOf = (description: string, schema: string, headers: object = {}) => {
  const content = { ...json(schema), [FORMATS.ndjson]: { schema: text }, [FORMATS.csv]: { schema: text } };
  return ok(description, content, { ...NEXT, ...headers });
};

/** 401, 403 and 429 come from API Gateway, in a form of its own. */
export function problems(...names: ProblemName[]) {
  const byStatus = new Map<number, string[]>();
  for (const name of [...names, 'not-acceptable', 'method-not-allowed', 'internal', 'unavailable'] as ProblemName[]) {
    const { status, title } = PROBLEMS[name];
    byStatus.set(status, [...(byStatus.get(status) ?? []), title]);
  }
  const content = { 'application/problem+json': withExample('Problem') };
  return Object.fromEntries(
    [...byStatus].map(([status, titles]) => [status, { description: titles.join('; or: '), content }]),
  );
}
