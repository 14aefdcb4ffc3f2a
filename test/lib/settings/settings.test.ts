import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../../functions/restore/rules/rules.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { SettingsError } from '../../../lib/settings/setting.ts';
import { SETTINGS } from '../../../lib/settings/settings.ts';
import { EVERY_OPTION } from '../../deploy/every-option.ts';

const refusalOf = (context: Record<string, unknown>) => {
  try {
    readSettings(context);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('settings', () => {
  test('nothing has to be set, and every default is allowed', () => {
    const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
    expect(readSettings({})).toEqual(defaults);
    expect(readSettings({ ledger: defaults })).toEqual(defaults);
  });

  test('come from cdk.json, and over it from the command line, where all is text', () => {
    const ledger = { followSeconds: 30, fullReadHours: 12, kinds: ['flex'], tags: { team: 'a' }, tracing: true };
    const context = {
      ledger,
      fullReadHours: '48',
      excludeProjects: 'a-*, b-*',
      dashboard: 'false',
      tags: '{"team":"b"}',
    };
    expect(readSettings(context)).toMatchObject({
      followSeconds: 30,
      fullReadHours: 48,
      kinds: ['flex'],
      tags: { team: 'b' },
      tracing: true,
      dashboard: false,
      excludeProjects: ['a-*', 'b-*'],
    });
  });

  test("what the CDK itself keeps in the context isn't looked at", () => {
    const context = {
      '@aws-cdk/core:enableStackNameDuplicates': true,
      'aws:cdk:bundling-stacks': [],
      'availability-zones:account=1:region=x': [],
    };
    expect(readSettings(context)).toEqual(readSettings({}));
  });

  test.each([
    ['schedule', 'every day', 'rate(15 minutes)'],
    ['schedule', 'rate(0 minutes)', 'rate(15 minutes)'],
    ['timeZone', 'Mars/Phobos', 'IANA'],
    ['kinds', 'flex,dedicatd', 'dedicated'],
    ['atlasBaseUrl', 'http://cloud.mongodb.com', 'https'],
    ['atlasBaseUrl', 'https://cloud.mongodb.com/api', 'without a path'],
    ['logRetentionDays', '31', '30'],
    ['atlasConcurrency', '0', 'from 1 to 256'],
    ['collectConcurrency', '1', 'from 2 to 1000'],
    ['followSeconds', '-1', 'from 0 to 900'],
    ['followSeconds', '', 'from 0 to 900'],
    ['tracing', 'yes', 'true, false'],
    ['corsOrigins', 'https://a.example/x', 'origins'],
    ['removalPolicy', 'retain', 'keep, delete'],
    ['permissionsBoundary', 'my-boundary', 'ARN'],
    ['alarmEmail', 'nobody', 'e-mail'],
    ['encryption', 'mine', 'aws, new'],
    ['tags', '[1]', 'JSON object'],
    ['rulesOff', 'donwload', 'own-credential'],
    ['rulesOff', 'unknown-job-shape', 'own-credential'],
    ['allowedDirections', 'prod-*', 'prod-* -> staging-*'],
    ['protectedTargets', 'prod', 'prod-*/orders'],
    ['requested', 'prod', 'prod-*/orders'],
    ['workingHours', 'always', 'Mon-Fri 07:00-19:00'],
    ['workingHoursTimeZone', '+02:00', 'IANA'],
    ['slowMinutes', '1.5', 'from 0 to 525600'],
    ['slowFactor', '0.5', 'from 1 to 1000'],
    ['stuckMinutes', 'soon', 'from 0 to 525600'],
    ['drillDays', '-1', 'from 0 to 36500'],
    ['drillDaysFor', 'prod-*/orders', 'prod-*/orders = 90'],
    ['objectives', '*/* = none; prod/b = rto 1h rpo 2h', '"prod/b = rto 1h rpo 2h": expected a pattern of'],
    ['drillNeeds', '*/* = verdict; prod/b = rto', '"prod/b = rto": expected a pattern of'],
    ['objectives', 'prod/b = rto 0m', '"prod/b = rto 0m"'],
    ['maxEventAgeHours', '9000', 'from 0 to 8760'],
    ['eventBus', 'arn:aws:sqs:eu-west-1:111111111111:events', 'event bus'],
    ['messageSeverities', 'fatal', 'info, warning, critical'],
    ['messageSeverities', '', 'info, warning, critical'],
    ['messageTopic', 'alarms', 'SNS topic'],
    ['messageTopic', 'arn:aws:sns:eu-west-1:111111111111:orders.fifo', 'FIFO'],
    ['encryption', 'arn:aws:kms:eu-west-1:111111111111:alias/ledger', 'the use of an alias'],
    ['secretKeys', 'arn:aws:kms:eu-west-1:111111111111:alias/ledger', 'the use of an alias'],
    ['secrets', 'atlas:key', 'letters, digits'],
    ['tags', '{"aws:owner":"a"}', 'starts with aws:'],
    ['tags', '{"AWS:owner":"a"}', 'starts with aws:'],
    ['tags', '{"":"a"}', '1 to 128'],
    ['tags', `{"${'k'.repeat(129)}":"a"}`, '129 characters, not 1 to 128'],
    ['tags', '{"owner":""}', '0 characters, not 1 to 256'],
    ['tags', `{"owner":"${'v'.repeat(257)}"}`, '257 characters, not 1 to 256'],
    ['tags', '{"owner":"a;b"}', '"a;b" has other characters'],
    ['tags', '{"owner?":"a"}', '"owner?" has other characters'],
    ['tags', '{"owner":"a","Owner":"b"}', 'differ only in case'],
    ['tags', JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']))), 'there are 51'],
    ['vpcCidr', '10.20.0.256/24', 'not an IPv4 address'],
    ['vpcCidr', '10.20.0.7/24', 'not the first address'],
    ['vpcCidr', '10.20.0.0/25', '/16 to /24'],
    ['vpcCidr', '10.0.0.0/8', '/16 to /24'],
    ['jwtAudience', Array.from({ length: 51 }, (_, n) => `a${n}`).join(), 'at most 50'],
    ['jwtReadScopes', 'a b', 'scopes'],
    ['jwtRunScopes', Array.from({ length: 11 }, (_, n) => `s${n}`).join(), 'at most 10'],
    ['apiDomainName', 'https://ledger.example.com', 'host name'],
    ['apiCertificate', 'arn:aws:iam::111111111111:server-certificate/a', 'the service is "iam"'],
    ['runbookUrl', `https://wiki.example.com/${'x'.repeat(800)}`, 'at most 768'],
  ])('%s: a wrong value is refused with its name, the value and what is allowed: %s', (name, value, allowed) => {
    const [line] = refusalOf({ [name]: value });
    expect(line).toMatch(`${name}: got ${JSON.stringify(value)}, allowed: `);
    expect(line).toContain(allowed);
  });

  test('every rule of the functions is a setting, by the same name and with the same default', () => {
    expect(readSettings({})).toMatchObject(DEFAULT_RULES);
    expect(readSettings({ rulesOff: '' }).rulesOff).toEqual([]); // all of them on
  });

  test('a schedule is refused with the field that is wrong', () => {
    expect(refusalOf({ schedule: 'cron(0 6 * * * *)' })).toEqual([
      'schedule: got "cron(0 6 * * * *)", allowed: a rate or cron expression such as rate(15 minutes) or cron(0 6 * * ? *); day-of-month and day-of-week: expected ? in exactly one of them, got * and *',
    ]);
  });

  test('runs are kept until the next one is due, or the alarms could not tell whether it is', () => {
    expect(refusalOf({ schedule: 'cron(0 6 1 1 ? *)' })).toEqual([
      'runRetentionDays: got 90, allowed: at least 367 (cron(0 6 1 1 ? *) runs up to 366 days apart)',
    ]);
    expect(refusalOf({ schedule: 'rate(90 days)' })[0]).toContain('allowed: at least 91');
    expect(readSettings({ schedule: 'cron(0 6 1 1 ? *)', runRetentionDays: '367' }).runRetentionDays).toBe(367);
    expect(readSettings({ schedule: 'rate(89 days)' }).runRetentionDays).toBe(90);
  });

  test('an unknown name is refused with the nearest one, and all that is wrong is said at once', () => {
    expect(refusalOf({ shedule: 'rate(1 hour)', ledger: { colectMemoryMb: 512 }, tracing: 'perhaps' })).toEqual([
      'colectMemoryMb: there is no such setting; did you mean collectMemoryMb?',
      'shedule: there is no such setting; did you mean schedule?',
      'tracing: got "perhaps", allowed: true, false',
    ]);
  });

  test('an API that is open to everyone has to be asked for twice', () => {
    expect(refusalOf({ apiAuthorization: 'none' })[0]).toContain('apiOpenToEveryone=true');
    expect(readSettings({ apiAuthorization: 'none', apiOpenToEveryone: 'true' }).apiAuthorization).toBe('none');
    expect(refusalOf({ apiOpenToEveryone: 'true' })[0]).toContain('apiAuthorization=none');
  });

  test('tokens need an issuer and an audience', () => {
    expect(refusalOf({ apiAuthorization: 'jwt' })).toHaveLength(2);
  });

  test.each([
    [{ vpcId: 'vpc-0123456789abcdef0' }, 'vpcSubnetIds: got nothing'],
    [{ vpcSubnetIds: 'subnet-0123456789abcdef0' }, 'vpcSubnetIds: got without vpcId'],
    [
      { vpcId: 'vpc-0123456789abcdef0', vpcSubnetIds: 'subnet-0123456789abcdef0', fixedAddresses: '1' },
      'fixedAddresses: got 1, allowed: 0 with vpcId',
    ],
    [{ vpcFlowLogs: 'true' }, 'vpcFlowLogs: got true, allowed: only with fixedAddresses'],
    [{ closeDefaultSecurityGroup: 'true' }, 'closeDefaultSecurityGroup: got true, allowed: only with fixedAddresses'],
  ])('of the network, %j contradict each other', (given, problem) => {
    expect(refusalOf(given)).toEqual([expect.stringContaining(problem)]);
  });

  const jwt = { apiAuthorization: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'a' };
  const apiVpcEndpoints = 'vpce-0123456789abcdef0';
  const apiCertificate = 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab';
  test.each([
    [{ httpApi: 'private' }, 'apiVpcEndpoints: got nothing'],
    [{ apiVpcEndpoints }, 'apiVpcEndpoints: got ["vpce-0123456789abcdef0"], allowed: only with httpApi=private'],
    [{ httpApi: 'private', apiVpcEndpoints, ...jwt }, 'apiAuthorization: got "jwt", allowed: iam or none'],
    [
      { httpApi: 'private', apiVpcEndpoints, corsOrigins: '*' },
      'corsOrigins: got ["*"], allowed: only with httpApi=public',
    ],
    [{ httpApi: 'none', ...jwt }, 'apiAuthorization: got "jwt", allowed: only with httpApi=public or private'],
    [{ httpApi: 'none', apiDomainName: 'a.example.com' }, 'apiDomainName: got "a.example.com", allowed: only with'],
    [{ apiDomainName: 'a.example.com' }, 'apiDomainName, apiCertificate: got one of them'],
    [{ apiCertificate }, 'apiDomainName, apiCertificate: got one of them'],
    [{ jwtReadScopes: 'read' }, 'jwtReadScopes: got ["read"], allowed: only with apiAuthorization=jwt'],
    [{ jwtRunScopes: 'run' }, 'jwtRunScopes: got ["run"], allowed: only with apiAuthorization=jwt'],
  ])('of the API, %j contradict each other', (given, problem) => {
    expect(refusalOf(given)).toEqual([expect.stringContaining(problem)]);
  });

  test('every setting but those that an account brings, or an emulator lacks, is in the deployment with every option', () => {
    const fromAccount = [
      'stackName',
      'architecture',
      'secrets',
      'secretKeys',
      'atlasBaseUrl',
      'alarmTopic',
      'eventBus',
      'messageTopic',
      'permissionsBoundary',
      'apiOpenToEveryone',
      'httpApi',
      'apiVpcEndpoints',
      'apiDomainName',
      'apiCertificate',
      'signInIssuer', // test/deploy/sign-in.deploy.ts deploys these
      'signInClientId',
      'signInClientSecretArn',
      'signInCognitoDomain',
      'signInRolesClaim',
      'signInReadValues',
      'signInRunValues',
      'signInAnnotateValues',
      'signInMinutes',
      'vpcId',
      'vpcFlowLogs',
      'closeDefaultSecurityGroup',
      'vpcSubnetIds',
      'tableName',
      'tableStreamArn',
      'tableKey',
      'lakeBucketKey',
      'evidenceBucketKey',
      'backupDays',
      'backupVault',
      ...['role', 'hubBusArn', 'organizationId', 'spokeAccounts'],
    ];
    expect([...Object.keys(EVERY_OPTION), ...fromAccount].sort()).toEqual(Object.keys(SETTINGS).sort());
    const settings = readSettings(EVERY_OPTION);
    // The dashboard is on either way: a deployment with every option has one.
    const same = Object.entries(SETTINGS).filter(
      ([name, setting]) =>
        !fromAccount.includes(name) &&
        JSON.stringify(settings[name as keyof typeof settings]) === JSON.stringify(setting.default),
    );
    expect(same.map(([name]) => name)).toEqual(['dashboard']);
  });
});
