// functions/ledger/table/dynamo-table.ts: the table port over DynamoDB.
// Items are marshalled here: @aws-sdk/lib-dynamodb refuses clients with `cacheMiddleware`, which dynamodb-client.ts sets.
import {
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
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { defined } from '../../platform/defined.ts';
import { LedgerError } from '../model/errors.ts';
import { TABLE } from '../model/table.ts';
import { dynamoDbClient } from './dynamodb-client.ts';
import { conditionInput, Expression, marshalled, queryInput, updateInput } from './expressions.ts';
import type { Item } from './job-item.ts';
import type { Key } from './keys.ts';
import type { BatchOptions, Condition, Range, ScanOptions, Slice, Table, Update, Written } from './table-port.ts';

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
    const input = { TableName: this.#tableName, Item: marshalled(item), ...conditionInput(condition) };
    return this.#written('PutItem', async () => {
      await this.#client.send(new PutItemCommand(input));
      return item;
    });
  }

  async update(key: Key, change: Update, condition: Condition): Promise<Written> {
    const input = {
      TableName: this.#tableName,
      Key: marshalled(key),
      ReturnValues: change.blind ? ('NONE' as const) : ('ALL_NEW' as const),
      ...updateInput(change, condition),
    };
    return this.#written('UpdateItem', async () =>
      unmarshall((await this.#client.send(new UpdateItemCommand(input))).Attributes ?? {}),
    );
  }

  async query(range: Range): Promise<Slice> {
    const command = new QueryCommand({ TableName: this.#tableName, ...queryInput(range) });
    const answer = await this.#tried('Query', () => this.#client.send(command));
    const { Items = [], ScannedCount: scanned = 0, LastEvaluatedKey: last } = answer;
    return defined({ items: Items.map((item) => unmarshall(item)), scanned, last: last && unmarshall(last) });
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

  /** The items that are there, in the order of `keys`. @param keys at most 100 @param options.consistent as of `Range` */
  async batchGet(keys: readonly Key[], { consistent = false, fields }: BatchOptions = {}): Promise<Item[]> {
    const found = new Map<string, Item>();
    const expression = new Expression();
    // The keys are needed to tell the items apart.
    const ProjectionExpression = expression.projection(fields && [TABLE.partition, TABLE.sort, ...fields]);
    const how = { ...defined({ ProjectionExpression }), ...expression.attributes, ConsistentRead: consistent };
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
    return keys.map((key) => found.get(nameOf(key))).filter((item) => item !== undefined);
  }

  /** At most 1 MB of items a request. */
  async *scan({ fields, index }: ScanOptions = {}): AsyncGenerator<Item> {
    const expression = new Expression();
    const input: ScanCommandInput = {
      TableName: this.#tableName,
      ...defined({ ProjectionExpression: expression.projection(fields), IndexName: index }),
      ...expression.attributes,
      ConsistentRead: index === undefined,
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
      const advice = `deploy the stack, create the table (restore-ledger collect --table ${this.#tableName} --create), or check TABLE_NAME, region and account`;
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

const nameOf = ({ pk, sk }: Item | Key) => JSON.stringify([pk, sk]);
