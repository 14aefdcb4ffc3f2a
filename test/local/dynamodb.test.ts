import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createTableInput } from '../../functions/ledger/model/table.ts';
import { ensureTable, startDynamoDB } from '../../local/dynamodb.ts';

test('a port that is in use is refused', async () => {
  await using first = await startDynamoDB();
  const port = Number(new URL(first.endpoint).port);
  await expect(startDynamoDB({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a connection that is idle stays open, so that a pause costs no request that is sent twice', async () => {
  await using dynamo = await startDynamoDB();
  const response = await fetch(dynamo.endpoint);
  await response.arrayBuffer();
  expect(response.headers.get('keep-alive')).toBe('timeout=600');
});

test('ensureTable makes the table once, also when asked at the same time, and leaves it as it is', async () => {
  await using dynamo = await startDynamoDB();
  const client = new DynamoDBClient(dynamo.clientConfig);
  await Promise.all([1, 2, 3].map(() => ensureTable(client, 'ledger')));
  await ensureTable(client, 'ledger');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'ledger' }));
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
    'byCluster',
    'byStatus',
    'feed',
  ]);
  client.destroy();
});

test('a table with other keys or indexes is refused by what differs', async () => {
  await using dynamo = await startDynamoDB();
  const client = new DynamoDBClient(dynamo.clientConfig);
  const { GlobalSecondaryIndexes = [], ...ours } = createTableInput('old');
  const [byCluster, feed] = GlobalSecondaryIndexes;
  const less = { ...feed, Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['kind'] } } as NonNullable<
    typeof feed
  >;
  const used = ours.AttributeDefinitions?.filter(({ AttributeName }) => AttributeName !== 'status') ?? [];
  const indexes = [byCluster as NonNullable<typeof byCluster>, less];
  await client.send(new CreateTableCommand({ ...ours, AttributeDefinitions: used, GlobalSecondaryIndexes: indexes }));
  await expect(ensureTable(client, 'old')).rejects.toThrow(
    /^table old is not this version's: index feed lacks the fields jobId, [\w, ]+; index byStatus is missing\./,
  );
  const [pk] = ours.KeySchema ?? [];
  const other = { TableName: 'other', BillingMode: 'PAY_PER_REQUEST' as const };
  const id = [{ AttributeName: 'pk', AttributeType: 'S' as const }];
  await client.send(new CreateTableCommand({ ...other, AttributeDefinitions: id, KeySchema: pk ? [pk] : [] }));
  await expect(ensureTable(client, 'other')).rejects.toThrow(/the table has the keys pk instead of pk and sk/);
  client.destroy();
});
