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
    ['workingHours', 'always', 'Mon-Fri 07:00-19:00'],
    ['workingHoursTimeZone', '+02:00', 'IANA'],
    ['slowMinutes', '1.5', 'from 0 to 525600'],
    ['slowFactor', '0.5', 'from 1 to 1000'],
    ['stuckMinutes', 'soon', 'from 0 to 525600'],
    ['drillDays', '-1', 'from 0 to 36500'],
    ['drillDaysFor', 'prod-*/orders', 'prod-*/orders = 90'],
    ['maxEventAgeHours', '9000', 'from 0 to 8760'],
    ['eventBus', 'arn:aws:sqs:eu-west-1:111111111111:events', 'event bus'],
    ['messageSeverities', 'fatal', 'info, warning, critical'],
    ['messageSeverities', '', 'info, warning, critical'],
    ['messageTopic', 'alarms', 'SNS topic'],
  ])('%s: a wrong value is refused with its name, the value and what is allowed: %s', (name, value, allowed) => {
    const [line] = refusalOf({ [name]: value });
    expect(line).toMatch(`${name}: got ${JSON.stringify(value)}, allowed: `);
    expect(line).toContain(allowed);
  });

  test('every rule of the functions is a setting, by the same name and with the same default', () => {
    expect(readSettings({})).toMatchObject(DEFAULT_RULES);
    expect(readSettings({ rulesOff: '' }).rulesOff).toEqual([]); // all of them on
  });

  test('rules that the environment of a function has no room for are refused with their size', () => {
    const protectedTargets = Array.from({ length: 200 }, (_, index) => `production-${index}/cluster`);
    const [line] = refusalOf({ ledger: { protectedTargets } });
    expect(line).toMatch(/^protectedTargets: got \d{4} bytes, allowed: 3000 for all rules/);
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

  test('every setting but those that an account brings is in the deployment with every option', () => {
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
