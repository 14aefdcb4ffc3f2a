// functions/ledger/table/expressions.ts: what is asked of a table, in DynamoDB's expressions.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { defined } from '../../platform/defined.ts';
import { LedgerError } from '../model/errors.ts';
import { INDEXES, TABLE } from '../model/table.ts';
import type { Item } from './job-item.ts';
import type { Key } from './keys.ts';
import type { Condition, Range, Update } from './table-port.ts';

/** @throws LedgerError LEDGER_REFUSED */
export function marshalled(item: Item | Key): Record<string, AttributeValue> {
  try {
    // A map with a field named `constructor`, which a cluster may be, looks like a class instance to the marshaller.
    return marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LedgerError('LEDGER_REFUSED', `an item can't hold what it should: ${why}`, error);
  }
}

/** Names and values of an expression. Every name is a placeholder, so that no reserved word matters. */
export class Expression {
  readonly names: Record<string, string> = {};
  readonly values: Item = {};

  name(name: string): string {
    this.names[`#${name}`] = name;
    return `#${name}`;
  }

  value(value: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  projection(fields: readonly string[] | undefined): string | undefined {
    return fields && [...new Set(fields)].map((name) => this.name(name)).join(', ');
  }

  /** As a request takes it: it refuses empty maps. */
  get attributes() {
    return defined({
      ExpressionAttributeNames: Object.keys(this.names).length > 0 ? this.names : undefined,
      ExpressionAttributeValues: Object.keys(this.values).length > 0 ? marshalled(this.values) : undefined,
    });
  }
}

export function conditionInput(condition: Condition, expression = new Expression()) {
  const clauses = Object.entries(condition).map(([name, value]) => {
    const attribute = expression.name(name);
    if (value === undefined) return `attribute_not_exists(${attribute})`;
    if (typeof value !== 'object') return `${attribute} = ${expression.value(value)}`;
    return `(attribute_not_exists(${attribute}) OR ${attribute} < ${expression.value(value.below)})`;
  });
  return { ...defined({ ConditionExpression: joined(clauses) }), ...expression.attributes };
}

export function updateInput({ set = {}, add = {} }: Update, condition: Condition) {
  const expression = new Expression();
  const sets = Object.entries(set).map(([name, value]) => `${expression.name(name)} = ${expression.value(value)}`);
  const adds = Object.entries(add).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
  ];
  return { UpdateExpression: clauses.join(' '), ...conditionInput(condition, expression) };
}

export function queryInput(range: Range) {
  const { index, partition, between, beginsWith, order = 'asc', limit, filter = {}, holds = {}, fields } = range;
  const keys = index ? INDEXES[index] : TABLE;
  const expression = new Expression();
  const conditions = [`${expression.name(keys.partition)} = ${expression.value(partition)}`];
  if (between) {
    const [from, to] = between.map((key) => expression.value(key));
    conditions.push(`${expression.name(keys.sort)} BETWEEN ${from} AND ${to}`);
  }
  if (beginsWith !== undefined) {
    conditions.push(`begins_with(${expression.name(keys.sort)}, ${expression.value(beginsWith)})`);
  }
  const filters = [
    ...Object.entries(filter).map(
      ([name, values]) => `${expression.name(name)} IN (${values.map((value) => expression.value(value)).join(', ')})`,
    ),
    ...Object.entries(holds).map(
      ([name, texts]) =>
        `(${texts.map((text) => `contains(${expression.name(name)}, ${expression.value(text)})`).join(' OR ')})`,
    ),
  ];
  return {
    KeyConditionExpression: conditions.join(' AND '),
    ...defined({
      IndexName: index,
      FilterExpression: joined(filters),
      ProjectionExpression: expression.projection(fields),
      Limit: limit,
      ConsistentRead: range.consistent,
      ExclusiveStartKey: range.after && marshalled(range.after),
    }),
    ...expression.attributes,
    ScanIndexForward: order === 'asc',
  };
}

const joined = (clauses: readonly string[]) => (clauses.length > 0 ? clauses.join(' AND ') : undefined);
