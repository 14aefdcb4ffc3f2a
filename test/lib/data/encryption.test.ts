import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVERY_OPTION } from '../../deploy/every-option.ts';
import { KEY_POLICY_PATH } from '../../docs/key-policy.ts';
import { templateOf } from '../template.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Principal: { Service?: string | string[]; AWS?: string };
  Condition?: Record<string, Record<string, string>>;
}
interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

const resourcesOf = (given: Record<string, unknown>) =>
  Object.values(templateOf(given).toJSON().Resources as Record<string, Resource>);
const statements: Statement[] = JSON.parse(readFileSync(KEY_POLICY_PATH, 'utf8')).Statement;
const admits = (service: string, action: string, condition: RegExp) =>
  statements.some(
    ({ Effect, Action, Principal, Condition }) =>
      Effect === 'Allow' &&
      [Principal.Service ?? []].flat().includes(service) &&
      [Action].flat().some((each) => action.startsWith(each.replace('*', ''))) &&
      condition.test(JSON.stringify(Condition)),
  );
const THIS_ACCOUNT = /"aws:SourceAccount":"ACCOUNT"/;

/** Services that use the key by themselves, with what they need. All else uses it as a role of this account. */
const USERS: Record<string, () => boolean> = {
  'AWS::DynamoDB::Table SSESpecification': () => admitsAccount(),
  'AWS::SecretsManager::Secret KmsKeyId': () => admitsAccount(),
  // Whoever writes and reads files of the lake, and asks questions of it.
  'AWS::S3::Bucket BucketEncryption': () => admitsAccount(),
  'AWS::Athena::WorkGroup WorkGroupConfiguration': () => admitsAccount(),
  // Events that could not be delivered.
  'AWS::SQS::Queue KmsMasterKeyId': () =>
    admitsAccount() &&
    admits('events.amazonaws.com', 'kms:GenerateDataKey', THIS_ACCOUNT) &&
    admits('events.amazonaws.com', 'kms:Decrypt', THIS_ACCOUNT),
  // Alarms.
  'AWS::SNS::Topic KmsMasterKeyId': () =>
    admits('cloudwatch.amazonaws.com', 'kms:GenerateDataKey', THIS_ACCOUNT) &&
    admits('cloudwatch.amazonaws.com', 'kms:Decrypt', THIS_ACCOUNT),
  'AWS::Events::EventBus KmsKeyIdentifier': () =>
    ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'].every((action) =>
      admits('events.amazonaws.com', action, /kms:EncryptionContext:aws:events:event-bus:arn.*event-bus\/STACK"/),
    ),
  'AWS::Logs::LogGroup KmsKeyId': () =>
    ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptTo', 'kms:DescribeKey'].every((action) =>
      admits('logs.REGION.DOMAIN', action, /kms:EncryptionContext:aws:logs:arn.*:log-group:STACK-\*"/),
    ),
};
const admitsAccount = () =>
  statements.some(
    ({ Action, Principal, Condition }) =>
      Action === 'kms:*' && Principal.AWS === 'arn:PARTITION:iam::ACCOUNT:root' && Condition === undefined,
  );

/** Policies name the key too, but don't use it. */
const usesOf = (given: Record<string, unknown>) => [
  ...new Set(
    resourcesOf(given)
      .filter(({ Type }) => !/^AWS::(KMS|IAM)::/.test(Type))
      .flatMap(({ Type, Properties }) =>
        Object.entries(Properties)
          .filter(([, value]) => JSON.stringify(value).includes('"EncryptionKey'))
          .map(([name]) => `${Type} ${name}`),
      ),
  ),
];

describe('the key policy to copy', () => {
  const uses = usesOf({ ...EVERY_OPTION, encryption: 'new', vpcFlowLogs: true });

  test('is known to be needed for everything that the template uses the key for, and nothing else', () => {
    expect(uses.sort()).toEqual(Object.keys(USERS).sort());
  });

  test.each(Object.keys(USERS))('suffices for %s', (use) => expect(USERS[use]?.()).toBe(true));

  test('lets no service in without naming this account or stack', () => {
    for (const { Principal, Condition } of statements)
      if (Principal.Service !== undefined) expect(JSON.stringify(Condition)).toMatch(/ACCOUNT/);
  });
});

test('every log group is under the key, new or existing, and under none by default', () => {
  const keysOf = (given: Record<string, unknown>) =>
    resourcesOf(given)
      .filter(({ Type }) => Type === 'AWS::Logs::LogGroup')
      .map(({ Properties }) => Properties.KmsKeyId);
  const arn = 'arn:aws:kms:eu-west-1:111111111111:key/abc';
  expect(new Set(keysOf({ encryption: arn }))).toEqual(new Set([arn]));
  expect(keysOf({ encryption: 'new' })).toHaveLength(6);
  expect(new Set(keysOf({ encryption: 'new' }).map((key) => JSON.stringify(key))).size).toBe(1);
  expect(keysOf({ encryption: 'new' })).not.toContain(undefined);
  expect(new Set(keysOf({}))).toEqual(new Set([undefined]));
});
