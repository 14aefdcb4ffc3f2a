// test/events/schemas.ts holds events against docs/events/*.schema.json. The schemas are open, so that fields can be added;
// here they are closed, so that a field that none describes is found.

import { readFileSync } from 'node:fs';
import { DETAIL_TYPES, type DetailType } from '../../functions/schema/words.ts';
import { violations } from '../api/json-schema.ts';

type Schema = Record<string, unknown>;

const slug = (type: DetailType) => type.toLowerCase().replaceAll(' ', '-');

export const SCHEMAS = Object.fromEntries(
  DETAIL_TYPES.map((type) => {
    const file = new URL(`../../docs/events/${slug(type)}.schema.json`, import.meta.url);
    return [type, JSON.parse(readFileSync(file, 'utf8')) as Schema];
  }),
) as Record<DetailType, Schema>;

const CLOSED = Object.fromEntries(
  DETAIL_TYPES.map((type) => [type, closed(SCHEMAS[type]) as Schema]),
) as typeof SCHEMAS;

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return inner.type === 'object' && inner.properties !== undefined && inner.additionalProperties === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** What is wrong with an event, as its receiver gets it: as JSON. */
export function wrongs(event: unknown): string[] {
  const received = JSON.parse(JSON.stringify(event)) as { 'detail-type': DetailType };
  const schema = CLOSED[received['detail-type']];
  return schema ? violations(schema, schema, received) : [`there is no type ${received['detail-type']}`];
}
