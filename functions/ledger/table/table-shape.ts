// functions/ledger/table/table-shape.ts: whether a table is one of this version's: its keys, indexes and stream. Pure.
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { defined } from '../../platform/defined.ts';
import { createTableInput, TABLE } from '../model/table.ts';

type Shape = Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes'>;

/** What differs, in words. Further indexes do no harm. */
export function shapeProblems(table: Shape): string[] {
  const [wanted, has] = [shapeOf(createTableInput('') as Shape), shapeOf(table)];
  return [...wanted].flatMap(([name, { keys, fields = [] }]) => {
    const found = has.get(name);
    if (!found) return [`${name} is missing`];
    if (found.keys !== keys) return [`${name} has the keys ${found.keys} instead of ${keys}`];
    const lacking = found.fields ? fields.filter((field) => !found.fields?.includes(field)) : [];
    return lacking.length > 0 ? [`${name} lacks the fields ${lacking.join(', ')}`] : [];
  });
}

/** The change feed needs one; a table that was restored from a backup has none. */
export function streamProblems({ StreamSpecification: stream }: TableDescription): string[] {
  if (!stream?.StreamEnabled) return [`the table has no stream: expected one of ${TABLE.stream}`];
  const { StreamViewType: view } = stream;
  return view === TABLE.stream ? [] : [`the stream has the view ${view}: expected ${TABLE.stream}`];
}

function shapeOf({ KeySchema, GlobalSecondaryIndexes = [] }: Shape) {
  const keys = (schema: TableDescription['KeySchema'] = []) => schema.map((key) => key.AttributeName).join(' and ');
  // Without `fields`, all.
  return new Map<string, { keys: string; fields?: readonly string[] }>([
    ['the table', { keys: keys(KeySchema) }],
    ...GlobalSecondaryIndexes.map(({ IndexName, KeySchema: schema, Projection }) => {
      const fields = Projection?.ProjectionType === 'ALL' ? undefined : (Projection?.NonKeyAttributes ?? []);
      return [`index ${IndexName}`, defined({ keys: keys(schema), fields })] as const;
    }),
  ]);
}
