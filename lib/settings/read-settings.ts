// lib/settings/read-settings.ts: the settings that were given, checked, with the defaults of the others.
import { Token } from 'aws-cdk-lib';
import { defined } from '../../functions/platform/defined.ts';
import { misplaced, type Place } from '../limits/arn.ts';
import { contradictions } from './contradictions.ts';
import { readValues, SettingsError } from './setting.ts';
import { SETTINGS, type Settings } from './settings.ts';

const DEFAULTS = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));

/**
 * The given settings, and the defaults of the others. What holds a CDK token can't be checked.
 * @throws SettingsError if one is wrong, or if they contradict each other
 */
export function completeSettings(given: Partial<Settings> = {}): Settings {
  readValues(SETTINGS, Object.fromEntries(Object.entries(given).filter(([, value]) => !hasToken(value))));
  const settings = { ...DEFAULTS, ...defined(given) } as Settings;
  const problems = [...contradictions(settings), ...misplacedSettings(settings)];
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

/**
 * Settings from CDK context: the object under `ledger` in cdk.json, overridden by `-c name=value`.
 * @param context all of the app's context; keys with a colon, a slash or an at sign belong to the CDK itself
 * @throws SettingsError
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const { ledger = {}, ...others } = context;
  const fromCommand = Object.entries(others).filter(([name]) => /^\w+$/.test(name));
  return completeSettings(readValues(SETTINGS, { ...objectOf(ledger), ...Object.fromEntries(fromCommand) }));
}

function objectOf(ledger: unknown): Record<string, unknown> {
  let value = ledger;
  try {
    if (typeof ledger === 'string') value = JSON.parse(ledger);
  } catch {
    // reported below, in the same words
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SettingsError(`ledger: got ${JSON.stringify(ledger)}, allowed: an object of settings`);
}

/** @throws SettingsError if an ARN is of another region or AWS account than the stack, where those are known */
export function checkPlace(settings: Settings, { region, account }: { region: string; account: string }): void {
  const known = (name: string) => (Token.isUnresolved(name) ? undefined : name);
  const problems = misplacedSettings(settings, { region: known(region), account: known(account) });
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
}

function misplacedSettings(settings: Settings, place?: Place) {
  const {
    alarmTopic,
    apiCertificate,
    encryption,
    eventBus,
    evidenceBucketKey,
    lakeBucketKey,
    messageTopic,
    secretKeys,
    secrets,
    tableKey,
    tableStreamArn,
  } = settings;
  const literal = (values: readonly string[]) => values.filter((value) => !Token.isUnresolved(value));
  return misplaced(
    {
      apiCertificate: literal([apiCertificate]),
      secrets: literal(secrets),
      eventBus: literal([eventBus]),
      messageTopic: literal([messageTopic]),
      tableStreamArn: literal([tableStreamArn]),
    },
    {
      secretKeys: literal(secretKeys),
      encryption: literal([encryption]),
      alarmTopic: literal([alarmTopic]),
      tableKey: literal([tableKey]),
      lakeBucketKey: literal([lakeBucketKey]),
      evidenceBucketKey: literal([evidenceBucketKey]),
    },
    place,
  );
}

const hasToken = (value: unknown): boolean =>
  Token.isUnresolved(value) ||
  (typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([key, each]) => hasToken(key) || hasToken(each)));
