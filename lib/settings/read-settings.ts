// lib/settings/read-settings.ts: the settings that were given, checked, with the defaults of the others.
import { Token } from 'aws-cdk-lib';
import { defined } from '../../functions/platform/defined.ts';
import { MAX_RULES_BYTES, rulesJson, rulesOf } from './rules.ts';
import { longestMinutesBetween } from './schedule.ts';
import { readValues, SettingsError } from './setting.ts';
import { SETTINGS, type Settings } from './settings.ts';

const DEFAULTS = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));

/**
 * The given settings, and the defaults of the others. Values may be CDK tokens, so single values aren't checked.
 * @throws SettingsError if they contradict each other
 */
export function completeSettings(given: Partial<Settings> = {}): Settings {
  const settings = { ...DEFAULTS, ...defined(given) } as Settings;
  const problems = contradictions(settings);
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

/** What no setting can see by itself. */
function contradictions(settings: Settings): string[] {
  const { apiAuthorization, apiOpenToEveryone, jwtIssuer, jwtAudience, secrets, secretKeys } = settings;
  const problems: string[] = [];
  if (apiAuthorization === 'none' && !apiOpenToEveryone)
    problems.push('apiAuthorization: got "none", allowed: only together with apiOpenToEveryone=true, or iam or jwt');
  if (apiAuthorization !== 'none' && apiOpenToEveryone)
    problems.push(`apiOpenToEveryone: got true, allowed: only together with apiAuthorization=none`);
  if (apiAuthorization === 'jwt' && jwtIssuer === '')
    problems.push('jwtIssuer: got nothing, allowed: an https address, since apiAuthorization is jwt');
  if (apiAuthorization === 'jwt' && jwtAudience.length === 0)
    problems.push('jwtAudience: got nothing, allowed: at least one audience, since apiAuthorization is jwt');
  if (secretKeys.length > 0 && secrets.length === 0)
    problems.push('secretKeys: got without secrets, allowed: only for existing secrets');
  const { runRetentionDays, schedule, timeZone } = settings;
  const gapDays = Math.ceil((longestMinutesBetween(schedule, timeZone) ?? 0) / 1_440);
  // The alarms must still find the last run when the next one is due.
  if (runRetentionDays <= gapDays && !Token.isUnresolved(runRetentionDays)) {
    const allowed = `at least ${gapDays + 1} (${schedule} runs up to ${gapDays} days apart)`;
    problems.push(`runRetentionDays: got ${runRetentionDays}, allowed: ${allowed}`);
  }
  const rules = rulesJson(rulesOf(settings)) ?? '{}';
  const bytes = Buffer.byteLength(rules);
  if (bytes > MAX_RULES_BYTES) {
    const names = Object.keys(JSON.parse(rules)).join(', ');
    problems.push(`${names}: got ${bytes} bytes, allowed: ${MAX_RULES_BYTES} for all rules, shorter by patterns`);
  }
  return problems;
}
