// functions/runtime/settings.ts turns the environment into typed settings; nothing else reads process.env.

import { type ProxySettings, parseProxyUrl } from '../atlas/http/proxy.ts';
import { MAX_EVENT_AGE_HOURS } from '../ledger/model/backfill.ts';
import { LOG_LEVELS, type LogLevel } from '../platform/log.ts';
import { chooser } from '../platform/patterns.ts';
import { parseRules, RulesError } from '../restore/rules/read-rules.ts';
import type { Rules } from '../restore/rules/rules.ts';
import { KINDS, type Kind } from '../schema/words.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is missing or wrong. The message names the variable, what was expected and what came. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** What every function needs. */
export interface LedgerSettings {
  tableName: string;
  /** How long runs are kept. */
  runRetentionDays: number;
  /** What the metrics of this ledger are called by. */
  ledgerName: string;
}

/** What the API function needs. */
export interface ApiSettings extends LedgerSettings {
  /** Name or ARN of the plan function. Absent: no run can be started over HTTP. */
  planFunctionName: string | undefined;
  /** The longest time from one scheduled run to the next. Absent: not known. */
  runEveryMinutes: number | undefined;
}

/** What the plan function needs. */
export interface PlanSettings extends LedgerSettings {
  /** Secrets with Atlas credentials: one for each Atlas organization. */
  secretIds: readonly string[];
  baseUrl: string | undefined;
  proxy: ProxySettings | undefined;
  queueUrl: string;
  wantsProject(name: string): boolean;
  /** What chooses the projects, in words. */
  chosenBy: string;
}

/** What the collect function needs. */
export interface CollectSettings extends LedgerSettings {
  secretIds: readonly string[];
  baseUrl: string | undefined;
  proxy: ProxySettings | undefined;
  queueUrl: string;
  kinds: readonly Kind[];
  wantsCluster(name: string): boolean;
  fullEveryMs: number;
  followMs: number;
  /** What restores are held against. */
  rules: Rules;
  /** How long after its end a restore that is seen for the first time is still news. */
  newsHours: number;
}

/** What the notify function needs. It reads the table's stream only, not the table. */
export interface NotifySettings {
  ledgerName: string;
  /** Name or ARN of the EventBridge bus. */
  busName: string;
  /** How long after its end a restore that is seen for the first time is still news. */
  newsHours: number;
}

/** What a text that isn't empty stands for, or undefined where it doesn't fit. By hand: each start of a function pays for it. */
type Shape<T> = (value: string) => T | undefined;

const text: Shape<string> = (value) => value;
const url: Shape<string> = (value) => (URL.canParse(value) ? value.trim() : undefined);
const list = (value: string) => value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
const someTexts: Shape<string[]> = (value) => (list(value).length > 0 ? list(value) : undefined);
const level: Shape<LogLevel> = (value) => LOG_LEVELS.find((each) => each === value);
const someKinds: Shape<Kind[]> = (value) => {
  const kinds = list(value).map((word) => KINDS.find((kind) => kind === word));
  const known = kinds.filter((kind) => kind !== undefined);
  return known.length > 0 && known.length === kinds.length ? known : undefined;
};
const count =
  (least: number, most: number): Shape<number> =>
  (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
  };

/** A reader of one variable, which may be left out. @throws SettingsError */
const optional =
  <T>(name: string, shape: Shape<T>, expected: string) =>
  (environment: Environment): T | undefined => {
    const came = environment[name];
    if (!came) return undefined; // an empty variable is how CloudFormation and shells say "not set"
    const value = shape(came);
    if (value !== undefined) return value;
    throw new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(came)}`);
  };

/** A reader of one variable. @throws SettingsError */
const required = <T>(name: string, shape: Shape<T>, expected: string) => {
  const read = optional(name, shape, expected);
  return (environment: Environment): T => {
    const value = read(environment);
    if (value !== undefined) return value;
    throw new SettingsError(`${name}: expected ${expected}, got nothing`);
  };
};

/** A reader of one variable. @throws SettingsError */
const withDefault = <T>(name: string, shape: Shape<T>, expected: string, otherwise: T) => {
  const read = optional(name, shape, expected);
  return (environment: Environment): T => read(environment) ?? otherwise;
};

const patterns = (name: string) => withDefault(name, list, 'patterns separated by commas', []);

const tableName = required('TABLE_NAME', text, 'the name of the DynamoDB table');
const atlasSecretIds = required('ATLAS_SECRET_ID', someTexts, 'names or ARNs of secrets, separated by commas');
const queueUrl = required('COLLECT_QUEUE_URL', url, 'the URL of the SQS queue');
const baseUrl = optional('MONGODB_ATLAS_BASE_URL', url, 'a URL such as https://cloud.mongodb.com');
const readKinds = withDefault('KINDS', someKinds, `some of ${KINDS.join(', ')}, separated by commas`, [...KINDS]);
const fullReadHours = withDefault('FULL_READ_HOURS', count(1, 744), 'a whole number of hours from 1 to 744', 24);
const followSeconds = withDefault(
  'FOLLOW_SECONDS',
  count(0, 900),
  'a whole number of seconds from 0 (never) to 900',
  60,
);
const runRetentionDays = withDefault(
  'RUN_RETENTION_DAYS',
  count(1, 3_650),
  'a whole number of days from 1 to 3650',
  90,
);
const ledgerName = withDefault('LEDGER_NAME', text, 'a name', 'AtlasRestoreLedger');
const planFunctionName = optional('PLAN_FUNCTION_NAME', text, 'the name or ARN of the plan function');
const runEveryMinutes = optional('EXPECTED_RUN_MINUTES', count(1, 2_000_000_000), 'a whole number of minutes from 1');
const busName = required('EVENT_BUS_NAME', text, 'the name or ARN of the EventBridge bus');
const newsHours = withDefault(
  'NEWS_HOURS',
  count(0, 8_760),
  'a whole number of hours from 0 to 8760',
  MAX_EVENT_AGE_HOURS,
);
/** JSON of the fields that aren't as by default. @throws SettingsError with a line for each field that is wrong */
const rules = (environment: Environment): Rules => {
  try {
    return parseRules(environment.RULES ?? '');
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    throw new SettingsError(error.problems.map((problem) => `RULES: ${problem}`).join('\n'));
  }
};
const includeProjects = patterns('INCLUDE_PROJECTS');
const excludeProjects = patterns('EXCLUDE_PROJECTS');
const includeClusters = patterns('INCLUDE_CLUSTERS');
const excludeClusters = patterns('EXCLUDE_CLUSTERS');

/** The least that is logged. @throws SettingsError */
export const logLevel = withDefault('LOG_LEVEL', level, `one of ${LOG_LEVELS.join(', ')}`, 'INFO');

/** Of the invocation under way, where Lambda traces it. */
export const traceId = (environment: Environment): string | undefined =>
  /Root=([^;]+)/.exec(environment._X_AMZN_TRACE_ID ?? '')?.[1];

/** What is reached through a proxy, as curl and others read it: lower case before upper. @throws SettingsError */
export function proxySettings(environment: Environment): ProxySettings | undefined {
  const value = (name: string) => environment[name.toLowerCase()] || environment[name];
  const name = ['HTTPS_PROXY', 'HTTP_PROXY'].find(value);
  if (name === undefined) return undefined;
  try {
    return { url: parseProxyUrl(value(name) ?? ''), noProxy: value('NO_PROXY') ?? '' };
  } catch {
    // Not quoted, as it may hold a password.
    throw new SettingsError(
      `${name}: expected the URL of an HTTP proxy, such as http://proxy.example:3128, got another text`,
    );
  }
}

/** @throws SettingsError */
export const ledgerSettings = (environment: Environment): LedgerSettings => ({
  tableName: tableName(environment),
  runRetentionDays: runRetentionDays(environment),
  ledgerName: ledgerName(environment),
});

/** @throws SettingsError */
export const apiSettings = (environment: Environment): ApiSettings => ({
  ...ledgerSettings(environment),
  planFunctionName: planFunctionName(environment),
  runEveryMinutes: runEveryMinutes(environment),
});

/** @throws SettingsError */
export const planSettings = (environment: Environment): PlanSettings => ({
  ...ledgerSettings(environment),
  secretIds: atlasSecretIds(environment),
  baseUrl: baseUrl(environment),
  proxy: proxySettings(environment),
  queueUrl: queueUrl(environment),
  wantsProject: chooser({ include: includeProjects(environment), exclude: excludeProjects(environment) }),
  chosenBy: inWords({
    INCLUDE_PROJECTS: includeProjects(environment),
    EXCLUDE_PROJECTS: excludeProjects(environment),
  }),
});

/** `INCLUDE_PROJECTS=prod-*,billing` */
const inWords = (lists: Record<string, readonly string[]>) =>
  Object.entries(lists)
    .flatMap(([name, patternsOf]) => (patternsOf.length === 0 ? [] : [`${name}=${patternsOf.join(',')}`]))
    .join(' with ');

/** @throws SettingsError */
export const collectSettings = (environment: Environment): CollectSettings => ({
  ...ledgerSettings(environment),
  secretIds: atlasSecretIds(environment),
  baseUrl: baseUrl(environment),
  proxy: proxySettings(environment),
  queueUrl: queueUrl(environment),
  kinds: readKinds(environment),
  wantsCluster: chooser({ include: includeClusters(environment), exclude: excludeClusters(environment) }),
  fullEveryMs: fullReadHours(environment) * 3_600_000,
  followMs: followSeconds(environment) * 1_000,
  rules: rules(environment),
  newsHours: newsHours(environment),
});

/** @throws SettingsError */
export const notifySettings = (environment: Environment): NotifySettings => ({
  ledgerName: ledgerName(environment),
  busName: busName(environment),
  newsHours: newsHours(environment),
});
