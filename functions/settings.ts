// functions/settings.ts turns the environment into typed settings; nothing else reads process.env.
import * as z from 'zod/mini';
import { NEWS_HOURS } from './ledger/old-news.ts';
import { chooser } from './patterns.ts';
import { KINDS, type Kind } from './restore/job.ts';
import { parseRules, RulesError } from './restore/read-rules.ts';
import type { Rules } from './restore/rules.ts';

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
}

/** What the plan function needs. */
export interface PlanSettings extends LedgerSettings {
  /** Secrets with Atlas credentials: one for each Atlas organization. */
  secretIds: readonly string[];
  baseUrl: string | undefined;
  queueUrl: string;
  wantsProject(name: string): boolean;
}

/** What the collect function needs. */
export interface CollectSettings extends LedgerSettings {
  secretIds: readonly string[];
  baseUrl: string | undefined;
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

const text = z.string().check(z.minLength(1));
const list = z.pipe(
  z.string(),
  z.transform((value) => value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))),
);
const secretIds = z.pipe(list, z.array(text).check(z.minLength(1)));
const kinds = z.pipe(list, z.array(z.enum(KINDS)).check(z.minLength(1)));
const count = (least: number, most: number) => z.coerce.number().check(z.int(), z.gte(least), z.lte(most));

/** A reader of one variable. @throws SettingsError */
const variable =
  <T>(name: string, shape: z.ZodMiniType<T, unknown>, expected: string) =>
  (environment: Environment): T => {
    // An empty variable is how CloudFormation and shells say "not set".
    const came = environment[name] === '' ? undefined : environment[name];
    const result = z.safeParse(shape, came);
    if (result.success) return result.data;
    throw new SettingsError(
      `${name}: expected ${expected}, came ${came === undefined ? 'nothing' : JSON.stringify(came)}`,
    );
  };

const patterns = (name: string) => variable(name, z.prefault(list, ''), 'patterns separated by commas');

const tableName = variable('TABLE_NAME', text, 'the name of the DynamoDB table');
const atlasSecretIds = variable('ATLAS_SECRET_ID', secretIds, 'names or ARNs of secrets, separated by commas');
const queueUrl = variable('COLLECT_QUEUE_URL', z.url(), 'the URL of the SQS queue');
const baseUrl = variable('MONGODB_ATLAS_BASE_URL', z.optional(z.url()), 'a URL such as https://cloud.mongodb.com');
const readKinds = variable(
  'KINDS',
  z.prefault(kinds, KINDS.join(',')),
  `some of ${KINDS.join(', ')}, separated by commas`,
);
const fullReadHours = variable(
  'FULL_READ_HOURS',
  z.prefault(count(1, 744), 24),
  'a whole number of hours from 1 to 744',
);
const followSeconds = variable(
  'FOLLOW_SECONDS',
  z.prefault(count(0, 900), 60),
  'a whole number of seconds from 0 (never) to 900',
);
const runRetentionDays = variable(
  'RUN_RETENTION_DAYS',
  z.prefault(count(1, 3_650), 90),
  'a whole number of days from 1 to 3650',
);
const ledgerName = variable('LEDGER_NAME', z.prefault(text, 'AtlasRestoreLedger'), 'a name');
const planFunctionName = variable('PLAN_FUNCTION_NAME', z.optional(text), 'the name or ARN of the plan function');
const busName = variable('EVENT_BUS_NAME', text, 'the name or ARN of the EventBridge bus');
const newsHours = variable(
  'NEWS_HOURS',
  z.prefault(count(0, 8_760), NEWS_HOURS),
  'a whole number of hours from 0 to 8760',
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
});

/** @throws SettingsError */
export const planSettings = (environment: Environment): PlanSettings => ({
  ...ledgerSettings(environment),
  secretIds: atlasSecretIds(environment),
  baseUrl: baseUrl(environment),
  queueUrl: queueUrl(environment),
  wantsProject: chooser({ include: includeProjects(environment), exclude: excludeProjects(environment) }),
});

/** @throws SettingsError */
export const collectSettings = (environment: Environment): CollectSettings => ({
  ...ledgerSettings(environment),
  secretIds: atlasSecretIds(environment),
  baseUrl: baseUrl(environment),
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
