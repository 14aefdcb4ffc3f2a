import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { collectSettings, planSettings, SettingsError } from '../../functions/runtime/settings.ts';

const complete = {
  TABLE_NAME: 'ledger',
  ATLAS_SECRET_ID: 'atlas/one, atlas/two',
  COLLECT_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/orders',
};

test('the least that is needed, and the defaults of the rest', () => {
  const { wantsCluster, ...settings } = collectSettings(complete);
  expect(settings).toEqual({
    tableName: 'ledger',
    ledgerName: 'AtlasRestoreLedger',
    runRetentionDays: 90,
    secretIds: ['atlas/one', 'atlas/two'],
    queueUrl: complete.COLLECT_QUEUE_URL,
    baseUrl: undefined,
    maxConcurrency: 256,
    kinds: ['dedicated', 'flex', 'serverless', 'collection'],
    fullEveryMs: 86_400_000,
    followMs: 60_000,
    rules: DEFAULT_RULES,
    maxEventAgeHours: 24,
    forwardsRecords: false,
  });
  expect(collectSettings({ ...complete, FORWARD_RECORDS: 'true' }).forwardsRecords).toBe(true);
  expect(wantsCluster('any')).toBe(true);
});

test('patterns choose projects and clusters', () => {
  const { wantsProject } = planSettings({
    ...complete,
    INCLUDE_PROJECTS: 'prod-*, Payments',
    EXCLUDE_PROJECTS: '*-old',
  });
  expect(['prod-a', 'payments', 'prod-a-old', 'dev'].map(wantsProject)).toEqual([true, true, false, false]);
});

test('rules are JSON, and what it leaves out is as by default', () => {
  const RULES = JSON.stringify({ rulesOff: [], allowedDirections: ['prod-* -> staging-*'], slowMinutes: 90 });
  expect(collectSettings({ ...complete, RULES, MAX_EVENT_AGE_HOURS: '48' })).toMatchObject({
    rules: { ...DEFAULT_RULES, rulesOff: [], allowedDirections: ['prod-* -> staging-*'], slowMinutes: 90 },
    maxEventAgeHours: 48,
  });
});

test('rules that are wrong are named, a line for each field', () => {
  const RULES = JSON.stringify({ slowMinutes: -1, workingHours: ['always'] });
  const problems = [
    'RULES: workingHours[0]: expected days and hours such as Mon-Fri 07:00-19:00, got "always"',
    'RULES: slowMinutes: expected a whole number of minutes from 0 to 525600, got -1',
  ];
  expect(() => collectSettings({ ...complete, RULES })).toThrow(new SettingsError(problems.join('\n')));
  expect(() => collectSettings({ ...complete, RULES: '{' })).toThrow(/^RULES: rules: invalid JSON/);
});

describe('a wrong setting is named, with what was expected and what came', () => {
  test.each([
    [{ TABLE_NAME: undefined }, 'TABLE_NAME: expected the name of the DynamoDB table, got nothing'],
    [{ TABLE_NAME: '' }, 'TABLE_NAME: expected the name of the DynamoDB table, got nothing'],
    [{ ATLAS_SECRET_ID: ' , ' }, 'ATLAS_SECRET_ID: expected names or ARNs of secrets, separated by commas, got " , "'],
    [{ COLLECT_QUEUE_URL: 'orders' }, 'COLLECT_QUEUE_URL: expected the URL of the SQS queue, got "orders"'],
    [
      { KINDS: 'flex,felx' },
      'KINDS: expected some of dedicated, flex, serverless, collection, separated by commas, got "flex,felx"',
    ],
    [{ FULL_READ_HOURS: '0' }, 'FULL_READ_HOURS: expected a whole number of hours from 1 to 744, got "0"'],
    [{ FOLLOW_SECONDS: '1.5' }, 'FOLLOW_SECONDS: expected a whole number of seconds from 0 to 900, got "1.5"'],
    [{ MAX_EVENT_AGE_HOURS: '-1' }, 'MAX_EVENT_AGE_HOURS: expected a whole number of hours from 0 to 8760, got "-1"'],
    [
      { MONGODB_ATLAS_BASE_URL: 'cloud' },
      'MONGODB_ATLAS_BASE_URL: expected a URL such as https://cloud.mongodb.com, got "cloud"',
    ],
  ])('%j', (wrong, message) => {
    expect(() => collectSettings({ ...complete, ...wrong })).toThrow(new SettingsError(message));
  });
});
