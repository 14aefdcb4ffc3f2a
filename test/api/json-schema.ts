// test/api/json-schema.ts: values checked against the part of JSON Schema that our descriptions and Atlas's specification use.
// Keywords it doesn't know are an error: a check that is skipped would look like one that passed.

type Schema = Record<string, unknown>;

const ANNOTATIONS = new Set([
  'description',
  'title',
  'example',
  'examples',
  'readOnly',
  'default',
  'deprecated',
  '$ref',
  '$schema',
  '$id',
  '$defs',
]);

const FORMATS: Record<string, (value: unknown) => boolean> = {
  'date-time': (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  int32: (value) => typeof value === 'number' && Math.abs(value) <= 2 ** 31,
  int64: (value) => Number.isInteger(value),
};

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** What is wrong, each with where. Empty where nothing is. @param document in which `$ref` points */
export function violations(document: object, schema: Schema, value: unknown, at = '$'): string[] {
  const { $ref } = schema;
  if (typeof $ref === 'string') return violations(document, resolved(document, $ref), value, at);
  if (value === null && schema.nullable === true) return [];
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (ANNOTATIONS.has(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`the keyword ${keyword} at ${at} is not known here`);
    return check(rule as never, value, { document, schema, at });
  });
}

interface Scene {
  document: object;
  schema: Schema;
  at: string;
}

const said = (value: unknown) => JSON.stringify(value)?.slice(0, 80);
const unless = (fine: boolean, at: string, what: string) => (fine ? [] : [`${at}: ${what}`]);
const isObject = (value: unknown): value is Record<string, unknown> => TYPES.object?.(value) === true;

const KEYWORDS: Record<string, (rule: never, value: unknown, scene: Scene) => string[]> = {
  type: (rule: string, value, { at }) =>
    unless(TYPES[rule]?.(value) === true, at, `expected ${rule}, got ${said(value)}`),
  nullable: () => [],
  enum: (rule: unknown[], value, { at }) => unless(rule.includes(value), at, `${said(value)} is none of ${said(rule)}`),
  const: (rule: unknown, value, { at }) => unless(rule === value, at, `${said(value)} is not ${said(rule)}`),
  format: (rule: string, value, { at }) => unless(FORMATS[rule]?.(value) === true, at, `${said(value)} is no ${rule}`),
  pattern: (rule: string, value, { at }) =>
    unless(typeof value !== 'string' || new RegExp(rule, 'u').test(value), at, `${said(value)} is not ${rule}`),
  minimum: (rule: number, value, { at }) => unless(Number(value) >= rule, at, `${said(value)} is under ${rule}`),
  maximum: (rule: number, value, { at }) => unless(Number(value) <= rule, at, `${said(value)} is over ${rule}`),
  minLength: (rule: number, value, { at }) => unless(String(value).length >= rule, at, 'is too short'),
  maxLength: (rule: number, value, { at }) => unless(String(value).length <= rule, at, 'is too long'),
  maxItems: (rule: number, value, { at }) => unless(!Array.isArray(value) || value.length <= rule, at, 'has too many'),
  minItems: (rule: number, value, { at }) => unless(!Array.isArray(value) || value.length >= rule, at, 'has too few'),
  anyOf: (rule: Schema[], value, { document, at }) => {
    const came = rule.map((schema) => violations(document, schema, value, at));
    return unless(
      came.some((wrong) => wrong.length === 0),
      at,
      `fits none: ${came.flat().join('; ')}`,
    );
  },
  oneOf: (rule: Schema[], value, { document, at }) => {
    const came = rule.map((schema) => violations(document, schema, value, at));
    const fitting = came.filter((wrong) => wrong.length === 0).length;
    return unless(fitting === 1, at, `fits ${fitting} of ${rule.length}: ${came.flat().join('; ')}`);
  },
  required: (rule: string[], value, { at }) =>
    rule.flatMap((name) => unless(!isObject(value) || value[name] !== undefined, at, `lacks ${name}`)),
  items: (rule: Schema, value, { document, at }) =>
    Array.isArray(value) ? value.flatMap((item, i) => violations(document, rule, item, `${at}[${i}]`)) : [],
  properties: (rule: Record<string, Schema>, value, { document, at }) =>
    isObject(value)
      ? Object.entries(rule).flatMap(([name, schema]) =>
          value[name] === undefined ? [] : violations(document, schema, value[name], `${at}.${name}`),
        )
      : [],
  additionalProperties: (rule: boolean | Schema, value, { document, schema, at }) => {
    const known = Object.keys((schema.properties as object | undefined) ?? {});
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !known.includes(name)) : [];
    if (rule === true) return [];
    if (rule === false) return others.map(([name]) => `${at}: ${name} is not described`);
    return others.flatMap(([name, inner]) => violations(document, rule, inner, `${at}.${name}`));
  },
  dependentRequired: (rule: Record<string, string[]>, value, { at }) =>
    Object.entries(rule).flatMap(([name, needed]) =>
      needed.flatMap((other) =>
        unless(!isObject(value) || !(name in value) || other in value, at, `${name} needs ${other}`),
      ),
    ),
};

/** @throws Error where `$ref` points to nothing */
export function resolved(document: object, $ref: string): Schema {
  const found = $ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, name) => (at as Schema | undefined)?.[name], document);
  if (!isObject(found)) throw new Error(`${$ref} points to nothing`);
  return found;
}
