// functions/runtime/settings.ts: what each function reads from its environment.
import { type ProxySettings, parseProxyUrl } from '../atlas/http/proxy.ts';
import { chooser } from '../platform/patterns.ts';
import { parseRules, RulesError } from '../restore/rules/read-rules.ts';
import type { Rules } from '../restore/rules/rules.ts';
import { type Environment, SettingsError, variable } from './variables.ts';

export { type Environment, SettingsError };

const ledgerSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  runRetentionDays: variable(environment, 'RUN_RETENTION_DAYS'),
  /** The dimension of this ledger's metrics. */
  ledgerName: variable(environment, 'LEDGER_NAME'),
});

const collectorSettings = (environment: Environment) => ({
  ...ledgerSettings(environment),
  /** Secrets with Atlas credentials: one for each Atlas organization. */
  secretIds: variable(environment, 'ATLAS_SECRET_ID'),
  baseUrl: variable(environment, 'MONGODB_ATLAS_BASE_URL'),
  proxy: proxySettings(environment),
  maxConcurrency: variable(environment, 'ATLAS_CONCURRENCY'),
  queueUrl: variable(environment, 'COLLECT_QUEUE_URL'),
});

/** @throws SettingsError */
export const apiSettings = (environment: Environment) => ({
  ...ledgerSettings(environment),
  /** Absent: no run can be started over HTTP. */
  planFunctionName: variable(environment, 'PLAN_FUNCTION_NAME'),
  /** The longest time from one scheduled run to the next. Absent: not known. */
  runEveryMinutes: variable(environment, 'EXPECTED_RUN_MINUTES'),
});

/** @throws SettingsError */
export function planSettings(environment: Environment) {
  const include = variable(environment, 'INCLUDE_PROJECTS');
  const exclude = variable(environment, 'EXCLUDE_PROJECTS');
  const lists = Object.entries({ INCLUDE_PROJECTS: include, EXCLUDE_PROJECTS: exclude });
  return {
    ...collectorSettings(environment),
    wantsProject: chooser({ include, exclude }),
    /** Absent: the stack created the table. */
    tableStreamArn: variable(environment, 'TABLE_STREAM_ARN'),
    /** What chooses the projects, in words: `INCLUDE_PROJECTS=prod-*,billing` */
    chosenBy: lists.flatMap(([name, list]) => (list.length > 0 ? `${name}=${list.join(',')}` : [])).join(' with '),
  };
}

/** @throws SettingsError */
export const collectSettings = (environment: Environment) => ({
  ...collectorSettings(environment),
  kinds: variable(environment, 'KINDS'),
  wantsCluster: chooser({
    include: variable(environment, 'INCLUDE_CLUSTERS'),
    exclude: variable(environment, 'EXCLUDE_CLUSTERS'),
  }),
  fullEveryMs: variable(environment, 'FULL_READ_HOURS') * 3_600_000,
  followMs: variable(environment, 'FOLLOW_SECONDS') * 1_000,
  rules: rules(environment),
  maxEventAgeHours: variable(environment, 'MAX_EVENT_AGE_HOURS'),
});

/** JSON of the rules that differ from the defaults. @throws SettingsError with a line for each field that is wrong */
function rules({ RULES = '' }: Environment): Rules {
  try {
    return parseRules(RULES);
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    throw new SettingsError(error.problems.map((problem) => `RULES: ${problem}`).join('\n'));
  }
}

/** The notify function reads the table's stream, not the table. @throws SettingsError */
export const notifySettings = (environment: Environment) => ({
  ledgerName: variable(environment, 'LEDGER_NAME'),
  busName: variable(environment, 'EVENT_BUS_NAME'),
  maxEventAgeHours: variable(environment, 'MAX_EVENT_AGE_HOURS'),
});

/** @throws SettingsError */
export const retentionSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  ledgerName: variable(environment, 'LEDGER_NAME'),
  days: variable(environment, 'JOB_RETENTION_DAYS'),
});

/** @throws SettingsError */
export const messageSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  queueUrl: variable(environment, 'MESSAGE_QUEUE_URL'),
  topicArns: variable(environment, 'MESSAGE_TOPIC_ARNS'),
  severities: variable(environment, 'MESSAGE_SEVERITIES'),
  /** How long a message waits for the requester. */
  waitMs: variable(environment, 'MESSAGE_WAIT_SECONDS') * 1_000,
  /** Absent: messages have no links. */
  apiUrl: variable(environment, 'API_URL'),
});

/** The proxy, from the variables that curl reads: lower case before upper. @throws SettingsError */
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
