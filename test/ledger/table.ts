// test/ledger/table.ts: a table of its own for each test on one embedded DynamoDB, with counts of its requests.
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';

export const NOW = '2026-11-23T12:00:00Z';

/**
 * The DynamoDB of a test file: an embedded one, or, where DYNAMODB_ENDPOINT is set, whatever answers there, such as
 * Amazon's DynamoDB Local.
 */
export async function startDynamo(): Promise<LocalDynamoDB> {
  const endpoint = process.env.DYNAMODB_ENDPOINT;
  if (!endpoint) return startDynamoDB();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const close = async () => {};
  return {
    endpoint,
    clientConfig: { endpoint, region: 'us-east-1', credentials },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export interface TestTable extends AsyncDisposable {
  tableName: string;
  client: DynamoDBClient;
  ledger: Ledger;
  /** HTTP requests since last asked, by operation, the SDK's own retries included. */
  requests(): Record<string, number>;
}

export async function newTable(dynamo: LocalDynamoDB, now: () => number = () => Date.parse(NOW)): Promise<TestTable> {
  const tableName = `ledger-${randomBytes(6).toString('hex')}`;
  const client = new DynamoDBClient(dynamo.clientConfig);
  await ensureTable(client, tableName);
  let counts: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const operation = commandName.replace('Command', '');
        counts[operation] = (counts[operation] ?? 0) + 1;
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'countRequests' },
  );
  return {
    tableName,
    client,
    ledger: tableLedger({ tableName, client, now }),
    requests: () => {
      const counted = counts;
      counts = {};
      return counted;
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

export async function list<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
