import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { INDEXES, TABLE } from '../../../functions/ledger/model/table.ts';
import { stackOf, templateOf } from '../template.ts';

const tables = (template: Template) => template.findResources('AWS::DynamoDB::Table');

test('the table stays the same resource: another logical id or key would replace it, and lose every job', () => {
  const found = tables(templateOf());
  expect(Object.keys(found)).toEqual(['LedgerTable9343E4AA']);
  expect(found.LedgerTable9343E4AA?.Properties.KeySchema).toEqual([
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  expect(found.LedgerTable9343E4AA?.Properties).not.toHaveProperty('TableName'); // a name would forbid any replacement to come
});

test('the secret too: its real value is not in the template', () => {
  const found = templateOf().findResources('AWS::SecretsManager::Secret');
  expect(Object.keys(found)).toEqual(['CredentialsSecret40F8BB41']);
  const { DeletionPolicy, Properties } = Object.values(found)[0] ?? {};
  expect(DeletionPolicy).toBe('Retain');
  // A change of this one generates a new value over the real one.
  expect(Properties.GenerateSecretString).toEqual({
    ExcludePunctuation: true,
    GenerateStringKey: 'privateKey',
    PasswordLength: 16,
    SecretStringTemplate: '{"publicKey":"<not filled in yet>"}',
  });
});

test('nothing in it gets lost: kept, protected, recoverable to any second, its changes streamed, only runs expire', () => {
  const [table] = Object.values(tables(templateOf()));
  expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(table?.Properties).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: TABLE.stream },
    TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: true },
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
});

test('has the indexes of functions/ledger/model/table.ts, within what DynamoDB takes', () => {
  const [table] = Object.values(tables(templateOf()));
  const indexes: {
    IndexName: string;
    KeySchema: { AttributeName: string }[];
    Projection: { NonKeyAttributes?: string[] };
  }[] = table?.Properties.GlobalSecondaryIndexes;
  expect(
    indexes.map(({ IndexName, KeySchema }) => [IndexName, ...KeySchema.map(({ AttributeName }) => AttributeName)]),
  ).toEqual(Object.entries(INDEXES).map(([name, { partition, sort }]) => [name, partition, sort]));
  const included = indexes.map(({ Projection: { NonKeyAttributes = [] } }) => NonKeyAttributes.length);
  expect(Math.max(...included)).toBeLessThanOrEqual(20); // of one index: API reference of 2026-08
  expect(included.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(100); // of all
});

test('can be thrown away with the stack where that is asked for', () => {
  const template = templateOf({ removalPolicy: 'delete' });
  const [table] = Object.values(tables(template));
  expect(table).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: { DeletionProtectionEnabled: false },
  });
  const kept = Object.values(template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>);
  expect(kept.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toEqual([]);
});

test("a customer's key encrypts all that holds data", () => {
  const stack = stackOf({ encryption: 'new', alarmEmail: 'ops@example.com', messageEmail: 'dba@example.com' });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::KMS::Key', 1);
  const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
  const withKey = Object.entries(template.toJSON().Resources as Record<string, { Type: string; Properties: unknown }>)
    .filter(
      ([, { Properties }]) =>
        /KmsMasterKeyId|KmsKeyId|KMSMasterKeyId|KmsKeyIdentifier/.test(JSON.stringify(Properties)) &&
        JSON.stringify(Properties).includes(key ?? ''),
    )
    .map(([, { Type }]) => Type);
  expect(withKey.sort()).toEqual([
    'AWS::DynamoDB::Table',
    'AWS::Events::EventBus',
    ...Array(5).fill('AWS::Logs::LogGroup'),
    'AWS::SNS::Topic',
    'AWS::SNS::Topic',
    'AWS::SQS::Queue',
    'AWS::SQS::Queue',
    'AWS::SQS::Queue',
    'AWS::SQS::Queue',
    'AWS::SQS::Queue',
    'AWS::SecretsManager::Secret',
  ]);
});
