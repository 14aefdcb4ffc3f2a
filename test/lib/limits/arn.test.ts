import { App, Aws, Fn } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { LedgerStack } from '../../../lib/ledger-stack.ts';
import { completeSettings, readSettings } from '../../../lib/settings/read-settings.ts';
import type { Settings } from '../../../lib/settings/settings.ts';

/** Each setting that takes an ARN, with one that is right. */
const RIGHT = {
  secrets: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:atlas/key-AbCdEf',
  secretKeys: 'arn:aws:kms:eu-west-1:111111111111:key/mrk-1234abcd12ab34cd56ef1234567890ab',
  encryption: 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  eventBus: 'arn:aws:events:eu-west-1:111111111111:event-bus/company',
  messageTopic: 'arn:aws:sns:eu-west-1:111111111111:dba',
  alarmTopic: 'arn:aws:sns:eu-west-1:111111111111:ops',
  apiCertificate: 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab',
  permissionsBoundary: 'arn:aws:iam::111111111111:policy/team/boundary',
} as const;
const NEEDS: Record<string, Record<string, string>> = {
  secretKeys: { secrets: 'atlas/key' },
  apiCertificate: { apiDomainName: 'ledger.example.com' },
};
const read = (name: string, value: string) => readSettings({ [name]: value, ...NEEDS[name] });
const withPart = (arn: string, index: number, part: string) =>
  arn
    .split(':')
    .map((each, at) => (at === index ? part : each))
    .join(':');

describe.each(Object.entries(RIGHT))('%s', (name, arn) => {
  const isGlobal = name === 'permissionsBoundary';

  test.each([
    ['aws', 'eu-west-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-iso', 'us-iso-east-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-iso-e', 'eu-isoe-west-1'],
    ['aws-iso-f', 'us-isof-south-1'],
    ['aws-eusc', 'eusc-de-east-1'],
  ])('takes one of %s', (partition, region) => {
    const there = withPart(withPart(arn, 1, partition), 3, isGlobal ? '' : region);
    expect([read(name, there)[name as keyof Settings]].flat()).toEqual([there]);
  });

  test.each([
    ['partition', 1, 'amazon', 'the partition is "amazon"'],
    ['service', 2, 'sqs', 'the service is "sqs"'],
    ['region', 3, 'Ireland', 'the region is "Ireland"'],
    ['region of the partition', 3, isGlobal ? 'eu-west-1' : 'cn-north-1', 'the region'],
    ['account', 4, '1111', 'the account "1111"'],
    ['resource', 5, '?', 'it ends with "?'],
  ])('names the %s that is wrong', (_, index, part, reason) => {
    expect(() => read(name, withPart(arn, index, part))).toThrow(reason);
  });
});

describe('where a resource is', () => {
  const inRegion = (region: string) => `arn:aws:sns:${region}:111111111111:ops`;

  test('all must be in one region, and those of this AWS account in one account', () => {
    expect(() => readSettings({ alarmTopic: inRegion('us-east-1'), encryption: RIGHT.encryption })).toThrow(
      'alarmTopic: got "arn:aws:sns:us-east-1:111111111111:ops", allowed: one in the region eu-west-1',
    );
    const eventBus = withPart(RIGHT.eventBus, 4, '222222222222');
    expect(() => readSettings({ secrets: RIGHT.secrets, eventBus })).toThrow(
      'allowed: one in the AWS account 111111111111',
    );
    const encryption = withPart(RIGHT.encryption, 4, '222222222222');
    expect(readSettings({ eventBus: RIGHT.eventBus, encryption }).encryption).toBe(encryption);
  });

  test('if the stack names its region and account, they must be the same', () => {
    const stackIn = (region: string, account: string, settings: Partial<Settings>) =>
      new LedgerStack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Ledger', {
        env: { region, account },
        settings,
      });
    const { eventBus, alarmTopic } = RIGHT;
    expect(() => stackIn('eu-west-2', '111111111111', { alarmTopic })).toThrow('one in the region eu-west-2');
    expect(() => stackIn('eu-west-1', '222222222222', { eventBus })).toThrow('one in the AWS account 222222222222');
    expect(() => stackIn('eu-west-1', '222222222222', { alarmTopic })).not.toThrow();
  });
});

describe('as a library', () => {
  test('literal settings are checked like those of cdk.json', () => {
    expect(() => completeSettings({ tags: { 'aws:owner': 'a' } })).toThrow('tags: got {"aws:owner":"a"}');
    expect(() => completeSettings({ secrets: ['a:b'], encryption: 'mine' })).toThrow(/^secrets: .*\nencryption: /);
  });

  test('what is known only when it is deployed is not', () => {
    const settings = {
      alarmTopic: Fn.importValue('OpsTopic'),
      messageTopic: `arn:${Aws.PARTITION}:sns:${Aws.REGION}:${Aws.ACCOUNT_ID}:dba`,
      secrets: [Fn.importValue('AtlasSecret')],
      encryption: RIGHT.encryption,
    };
    expect(completeSettings(settings)).toMatchObject(settings);
  });
});
