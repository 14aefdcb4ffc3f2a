// functions/ledger/table/dynamo-table.ts fills the table port with DynamoDB's requests, and turns what goes wrong into a LedgerError.
// Items are marshalled here: @aws-sdk/lib-dynamodb refuses clients with `cacheMiddleware`, as quick-client.ts makes them.
import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { LedgerError } from '../model/errors.ts';
import { INDEXES, TABLE } from '../model/table.ts';
import { dynamoDbClient } from './dynamodb-client.ts';
import type { Item } from './job-item.ts';
import type { Key } from './keys.ts';
import {
  type BatchOptions,
  type Condition,
  everything,
  type Range,
  type ScanOptions,
  type Slice,
  type Table,
  type Update,
  type Written,
} from './table-port.ts';

const BATCH_ATTEMPTS = 8;

export class DynamoTable implements Table {
  readonly #tableName: string;
  readonly #client: DynamoDBClient;

  constructor(tableName: string, client: DynamoDBClient = defaultClient()) {
    this.#tableName = tableName;
    this.#client = client;
  }

  async get(key: Key): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#tableName, Key: marshalled(key), ConsistentRead: true });
    const { Item } = await this.#tried('GetItem', () => this.#client.send(command));
    return Item && unmarshall(Item);
  }

  async put(item: Item & Key, condition: Condition = {}): Promise<Written> {
    const input = { TableName: this.#tableName, Item: marshalled(item), ...conditionOf(condition) };
    return this.#written('PutItem', async () => {
      await this.#client.send(new PutItemCommand(input));
      return item;
    });
  }

  async update(key: Key, { set = {}, add = {} }: Update, condition: Condition): Promise<Written> {
    const expression = new Expression();
    const sets = Object.entries(set).map(([name, value]) => `${expression.name(name)} = ${expression.value(value)}`);
    const adds = Object.entries(add).map(([name, value]) => `${expression.name(name)} ${expression.value(value)}`);
    const clauses = [sets.length > 0 ? `SET ${sets.join(', ')}` : '', adds.length > 0 ? `ADD ${adds.join(', ')}` : ''];
    const input = {
      TableName: this.#tableName,
      Key: marshalled(key),
      UpdateExpression: clauses.join(' ').trim(),
      ReturnValues: 'ALL_NEW' as const,
      ...conditionOf(condition, expression),
    };
    return this.#written('UpdateItem', async () =>
      unmarshall((await this.#client.send(new UpdateItemCommand(input))).Attributes ?? {}),
    );
  }

  async query(range: Range): Promise<Slice> {
    const command = new QueryCommand({ TableName: this.#tableName, ...queryInput(range) });
    const {
      Items = [],
      ScannedCount = 0,
      LastEvaluatedKey,
    } = await this.#tried('Query', () => this.#client.send(command));
    const last = LastEvaluatedKey ? { last: unmarshall(LastEvaluatedKey) } : {};
    return { items: Items.map((item) => unmarshall(item)), scanned: ScannedCount, ...last };
  }

  /** At most 1 MB of items a request. */
  async count({ fields: _, ...range }: Range): Promise<number> {
    const input: QueryCommandInput = { TableName: this.#tableName, ...queryInput(range), Select: 'COUNT' };
    for (let count = 0; ; ) {
      const { Count = 0, LastEvaluatedKey } = await this.#tried('Query', () =>
        this.#client.send(new QueryCommand(input)),
      );
      count += Count;
      if (!LastEvaluatedKey) return count;
      input.ExclusiveStartKey = LastEvaluatedKey;
    }
  }

  all(range: Range): AsyncGenerator<Item> {
    return everything((slice) => this.query(slice), range);
  }

  /** The items that are there, in the order of `keys`. @param keys at most 100 @param options.consistent as of `Range` */
  async batchGet(keys: readonly Key[], { consistent = false, fields }: BatchOptions = {}): Promise<Item[]> {
    const found = new Map<string, Item>();
    const expression = new Expression();
    // The keys are needed to tell the items apart.
    const names = fields && [...new Set([TABLE.partition, TABLE.sort, ...fields])].map((name) => expression.name(name));
    const how = {
      ...(names ? { ProjectionExpression: names.join(', '), ...expression.attributes } : {}),
      ...(consistent ? { ConsistentRead: true } : {}),
    };
    let asked = keys.map(({ pk, sk }) => marshalled({ pk, sk }));
    for (let attempt = 1; asked.length > 0; attempt++) {
      const request = { RequestItems: { [this.#tableName]: { Keys: asked, ...how } } };
      const answer: BatchGetItemCommandOutput = await this.#tried('BatchGetItem', () =>
        this.#client.send(new BatchGetItemCommand(request)),
      );
      for (const marshalledItem of answer.Responses?.[this.#tableName] ?? []) {
        const item = unmarshall(marshalledItem);
        found.set(nameOf(item), item);
      }
      asked = answer.UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
      if (asked.length === 0) break;
      if (attempt >= BATCH_ATTEMPTS) {
        const message = `BatchGetItem on ${this.#tableName} left ${asked.length} keys unread ${attempt} times: try again later`;
        throw new LedgerError('LEDGER_UNAVAILABLE', message);
      }
      // Keys come back unprocessed when throttled, or past 16 MB; only the first needs the wait, 50 ms doubling to 3.2 s.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** (attempt - 1)));
    }
    return keys.flatMap((key) => {
      const item = found.get(nameOf(key));
      return item ? [item] : [];
    });
  }

  /** At most 1 MB of items a request. */
  async *scan({ fields, index }: ScanOptions = {}): AsyncGenerator<Item> {
    const expression = new Expression();
    const input: ScanCommandInput = {
      TableName: this.#tableName,
      ...(fields ? { ProjectionExpression: fields.map((name) => expression.name(name)).join(', ') } : {}),
      ...expression.attributes,
      ...(index ? { IndexName: index } : { ConsistentRead: true }),
    };
    for (;;) {
      const { Items = [], LastEvaluatedKey } = await this.#tried('Scan', () =>
        this.#client.send(new ScanCommand(input)),
      );
      for (const item of Items) yield unmarshall(item);
      if (!LastEvaluatedKey) return;
      input.ExclusiveStartKey = LastEvaluatedKey;
    }
  }

  async #written(operation: string, write: () => Promise<Item>): Promise<Written> {
    try {
      return { done: true, item: await write() };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw this.#ledgerError(operation, error);
      return { done: false, repeated: (error.$metadata.attempts ?? 1) > 1 };
    }
  }

  async #tried<T>(operation: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.#ledgerError(operation, error);
    }
  }

  #ledgerError(operation: string, error: unknown): LedgerError {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    const what = `${operation} on table ${this.#tableName}: ${name}: ${message}`;
    if (name === 'ResourceNotFoundException' || /specified index/.test(message)) {
      const advice = 'deploy the stack, or check TABLE_NAME, region and account';
      return new LedgerError('LEDGER_TABLE_MISSING', `${what}: ${advice}`, error);
    }
    if (name === 'ValidationException' && /item size/i.test(message)) {
      return new LedgerError('LEDGER_ITEM_TOO_LARGE', `${what}: see which field is so long`, error);
    }
    const status = error instanceof DynamoDBServiceException ? (error.$metadata.httpStatusCode ?? 500) : 500;
    if (status < 500 && !/Throttl|ThroughputExceeded|LimitExceeded|ExpiredToken/.test(name)) {
      const advice = 'check that the role may do this, and that the table is the one that was deployed';
      return new LedgerError('LEDGER_REFUSED', `${what}: ${advice}`, error);
    }
    return new LedgerError('LEDGER_UNAVAILABLE', `${what}: nothing is lost, try again later`, error);
  }
}

/** Twice as many as a collector writes jobs at once. */
const MAX_SOCKETS = 128;

// 8 attempts back off for some seconds in all: on-demand tables throttle for moments while they grow.
// 5 s: an answer takes milliseconds; a lost one must not use up a function's time.
const defaultClient = () =>
  dynamoDbClient({
    maxAttempts: 8,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  });

function marshalled(item: Item | Key): Record<string, AttributeValue> {
  try {
    // A map with a field named `constructor`, which a cluster may be, looks like a class instance to the marshaller.
    return marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LedgerError('LEDGER_REFUSED', `an item can't hold what it should: ${why}`, error);
  }
}

const nameOf = ({ pk, sk }: Item | Key) => JSON.stringify([pk, sk]);

/** Names and values of an expression. Every name is a placeholder, so that no reserved word matters. */
class Expression {
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

  /** As a request takes it: it refuses empty maps. */
  get attributes() {
    return {
      ...(Object.keys(this.names).length > 0 ? { ExpressionAttributeNames: this.names } : {}),
      ...(Object.keys(this.values).length > 0 ? { ExpressionAttributeValues: marshalled(this.values) } : {}),
    };
  }
}

function conditionOf(condition: Condition, expression = new Expression()) {
  const clauses = Object.entries(condition).map(([name, value]) => {
    const attribute = expression.name(name);
    if (value === undefined) return `attribute_not_exists(${attribute})`;
    if (typeof value !== 'object') return `${attribute} = ${expression.value(value)}`;
    return `(attribute_not_exists(${attribute}) OR ${attribute} < ${expression.value(value.below)})`;
  });
  return { ...(clauses.length > 0 ? { ConditionExpression: clauses.join(' AND ') } : {}), ...expression.attributes };
}

function queryInput(range: Range) {
  const { index, partition, between, beginsWith, order = 'asc', limit, filter, holds, fields, ...rest } = range;
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
  const filters = Object.entries(filter ?? {}).map(
    ([name, values]) => `${expression.name(name)} IN (${values.map((value) => expression.value(value)).join(', ')})`,
  );
  for (const [name, text] of Object.entries(holds ?? {})) {
    filters.push(`contains(${expression.name(name)}, ${expression.value(text)})`);
  }
  const projection = fields?.map((name) => expression.name(name)).join(', ');
  return {
    ...(index ? { IndexName: index } : {}),
    KeyConditionExpression: conditions.join(' AND '),
    ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
    ...(projection ? { ProjectionExpression: projection } : {}),
    ...expression.attributes,
    ScanIndexForward: order === 'asc',
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(rest.consistent ? { ConsistentRead: true } : {}),
    ...(rest.after ? { ExclusiveStartKey: marshalled(rest.after) } : {}),
  };
}
