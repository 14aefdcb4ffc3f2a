import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTableInput } from '../../../functions/ledger/model/table.ts';
import { createTable } from '../../../functions/ledger/table/create-table.ts';
import type { LocalDynamoDB } from '../../../local/dynamodb.ts';
import { templateOf } from '../../lib/template.ts';
import { startDynamo } from '../table.ts';

let dynamo: LocalDynamoDB;
let client: DynamoDBClient;
const inputs: Record<string, unknown>[] = [];
beforeAll(async () => {
  dynamo = await startDynamo();
  client = new DynamoDBClient(dynamo.clientConfig);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        inputs.push({ commandName, ...args.input });
        return next(args);
      },
    { step: 'initialize' },
  );
});
afterAll(async () => {
  client.destroy();
  await dynamo.close();
});

const name = () => `made-${randomBytes(6).toString('hex')}`;
const inputOf = (commandName: string) => inputs.find((input) => input.commandName === commandName) as never;

test('the table that is made has every property of the one in the template', async () => {
  const tableName = name();
  const { created, without } = await createTable(client, tableName);
  expect(created).toBe(true);
  // Amazon's DynamoDB Local has expiry. Neither engine has point-in-time recovery: what is asked of it is compared below.
  expect(without).toContain('point-in-time recovery');

  const [{ Properties: wanted } = { Properties: {} }] = Object.values(
    templateOf().findResources('AWS::DynamoDB::Table'),
  );
  // A key that DynamoDB owns, as it is without a word about it.
  const { SSESpecification, ...others } = wanted as Record<string, unknown>;
  expect(SSESpecification).toEqual({ SSEEnabled: false });
  const { commandName: _, TableName: __, ...input } = inputOf('CreateTableCommand') as Record<string, unknown>;
  const { TimeToLiveSpecification } = inputOf('UpdateTimeToLiveCommand') as Record<string, unknown>;
  const { PointInTimeRecoverySpecification } = inputOf('UpdateContinuousBackupsCommand') as Record<string, unknown>;
  const made = { ...input, TimeToLiveSpecification, PointInTimeRecoverySpecification };
  const sorted = (properties: Record<string, unknown>) => ({
    ...properties,
    AttributeDefinitions: (properties.AttributeDefinitions as { AttributeName: string }[])
      .map(({ AttributeName }) => AttributeName)
      .sort(),
    // CloudFormation has no such switch: the stream is there if its view is.
    StreamSpecification: { ...(properties.StreamSpecification as object), StreamEnabled: true },
  });
  expect(sorted(made)).toEqual(sorted(others));

  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } });
  if (without.length > 1) return;
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
});

test('a table that is there stays as it is; one with other keys is refused by what differs', async () => {
  const tableName = name();
  await client.send(new CreateTableCommand(createTableInput(tableName)));
  inputs.length = 0;
  expect(await createTable(client, tableName)).toEqual({ created: false, without: [] });
  expect(inputs.map(({ commandName }) => commandName)).toEqual(['DescribeTableCommand', 'DescribeTableCommand']);

  const other = name();
  const id = [{ AttributeName: 'pk', AttributeType: 'S' as const }];
  const keys = [{ AttributeName: 'pk', KeyType: 'HASH' as const }];
  const settings = { TableName: other, BillingMode: 'PAY_PER_REQUEST' as const };
  await client.send(new CreateTableCommand({ ...settings, AttributeDefinitions: id, KeySchema: keys }));
  await expect(createTable(client, other)).rejects.toThrow(/the table has the keys pk instead of pk and sk; index /);
});

test('two that make it at once both find it', async () => {
  const tableName = name();
  const made = await Promise.all([createTable(client, tableName), createTable(client, tableName)]);
  expect(made.filter(({ created }) => created)).toHaveLength(1);
});
