import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';

let dynamodb: LocalDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'kept');
  client.destroy();
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    ...{ AWS_ENDPOINT_URL: dynamodb.endpoint, ATLAS_SECRET_ID: 'atlas/key', COLLECT_QUEUE_URL: 'https://queue' },
    ...{ TABLE_NAME: 'kept', TABLE_STREAM_ARN: 'the-stream' },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await dynamodb.close();
});

test('no run begins in an adopted table that the change feed could not read, each time it is tried', async () => {
  const { handler } = await import('../../functions/handlers/plan.ts');
  const context = { getRemainingTimeInMillis: () => 120_000 } as Context;
  for (let attempt = 1; attempt <= 2; attempt++) {
    // The embedded DynamoDB has no streams.
    await expect(handler({ trigger: 'schedule' }, context)).rejects.toThrow(
      "table kept can't be the ledger: the table has no stream: expected one of NEW_AND_OLD_IMAGES",
    );
  }
});
