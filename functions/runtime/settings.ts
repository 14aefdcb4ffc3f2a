// functions/runtime/settings.ts: what each function reads from its environment.
import { type ProxySettings, parseProxyUrl } from '../atlas/http/proxy.ts';
import { lateAfterMs } from '../platform/freshness.ts';
import { chooser } from '../platform/patterns.ts';
import { NO_OBJECTIVES, type Objectives, objectivesOf } from '../restore/objectives/objective.ts';
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

/** By the longest time from one scheduled run to the next. Absent: not known. */
const lateness = (environment: Environment) => {
  const runEveryMinutes = variable(environment, 'EXPECTED_RUN_MINUTES');
  return { runEveryMinutes, lateAfterMs: runEveryMinutes === undefined ? undefined : lateAfterMs(runEveryMinutes) };
};

/** @throws SettingsError */
export const apiSettings = (environment: Environment) => ({
  ...ledgerSettings(environment),
  /** Absent: no run can be started over HTTP. */
  planFunctionName: variable(environment, 'PLAN_FUNCTION_NAME'),
  /** Whether jobs can be annotated over HTTP. */
  annotations: variable(environment, 'ANNOTATIONS'),
  ...lateness(environment),
  objectives: objectives(environment),
  signIn: signInSettings(environment),
  reports: requestedReportSettings(environment),
});

/** Where reports are that take longer than an answer may, and what makes them. Absent: there are none. */
function requestedReportSettings(environment: Environment) {
  const functionName = variable(environment, 'REPORT_FUNCTION_NAME');
  return functionName === undefined ? undefined : { functionName, bucket: reportBucket(environment) };
}

const reportBucket = (environment: Environment) => ({
  bucket: variable(environment, 'EVIDENCE_BUCKET'),
  owner: variable(environment, 'EVIDENCE_BUCKET_OWNER'),
  prefix: variable(environment, 'REPORT_PREFIX'),
});

/** Absent: nobody signs in with a browser. */
function signInSettings(environment: Environment) {
  const issuer = variable(environment, 'SIGN_IN_ISSUER');
  if (issuer === undefined) return undefined;
  const required = (name: 'SIGN_IN_CLIENT_ID' | 'SIGN_IN_KEY_ARN') => {
    const value = variable(environment, name);
    if (value === undefined) throw new SettingsError(`${name}: expected a text, as SIGN_IN_ISSUER is set, got nothing`);
    return value;
  };
  return {
    issuer,
    clientId: required('SIGN_IN_CLIENT_ID'),
    keyArn: required('SIGN_IN_KEY_ARN'),
    /** Absent: a public client. */
    clientSecretArn: variable(environment, 'SIGN_IN_CLIENT_SECRET_ARN'),
    rolesClaim: variable(environment, 'SIGN_IN_ROLES_CLAIM'),
    values: {
      read: variable(environment, 'SIGN_IN_READ_VALUES'),
      run: variable(environment, 'SIGN_IN_RUN_VALUES'),
      /** Empty in a hub, whose histories are its spokes'. */
      annotate: variable(environment, 'SIGN_IN_ANNOTATE_VALUES'),
    },
    sessionMinutes: variable(environment, 'SIGN_IN_SESSION_MINUTES'),
  };
}

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
  ...lateness(environment),
  wantsCluster: chooser({
    include: variable(environment, 'INCLUDE_CLUSTERS'),
    exclude: variable(environment, 'EXCLUDE_CLUSTERS'),
  }),
  fullEveryMs: variable(environment, 'FULL_READ_HOURS') * 3_600_000,
  followMs: variable(environment, 'FOLLOW_SECONDS') * 1_000,
  rules: rules(environment),
  maxEventAgeHours: variable(environment, 'MAX_EVENT_AGE_HOURS'),
  forwardsRecords: variable(environment, 'FORWARD_RECORDS') === true,
});

/** JSON of the lines, so that a pattern can hold any character. @throws SettingsError */
function objectives({ OBJECTIVES = '' }: Environment): Objectives {
  if (OBJECTIVES === '') return NO_OBJECTIVES;
  try {
    const lines: unknown = JSON.parse(OBJECTIVES);
    if (Array.isArray(lines)) return objectivesOf(lines.map(String));
  } catch (error) {
    if (error instanceof TypeError) throw new SettingsError(`OBJECTIVES: ${error.message}`);
  }
  throw new SettingsError('OBJECTIVES: expected a list of lines as JSON, got another text');
}

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
export function notifySettings(environment: Environment) {
  const ledgerName = variable(environment, 'LEDGER_NAME');
  const everyMinutes = variable(environment, 'EXPECTED_RUN_MINUTES');
  return {
    ledgerName,
    busName: variable(environment, 'EVENT_BUS_NAME'),
    maxEventAgeHours: variable(environment, 'MAX_EVENT_AGE_HOURS'),
    /** Absent: there is no hub, so records are not sent. */
    spoke: variable(environment, 'FORWARD_RECORDS') ? { ledger: ledgerName, everyMinutes } : undefined,
  };
}

/** @throws SettingsError */
export const hubSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  ledgerName: variable(environment, 'LEDGER_NAME'),
  /** Absent: the senders need not be of one organization. */
  organizationId: variable(environment, 'ORGANIZATION_ID'),
  /** AWS accounts that should send their records. */
  spokeAccounts: variable(environment, 'SPOKE_ACCOUNTS'),
});

/** @throws SettingsError */
export const retentionSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  ledgerName: variable(environment, 'LEDGER_NAME'),
  days: variable(environment, 'JOB_RETENTION_DAYS'),
});

/** @throws SettingsError */
export const lakeSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  ledgerName: variable(environment, 'LEDGER_NAME'),
  bucket: variable(environment, 'LAKE_BUCKET'),
  /** A bucket of somebody else's is refused, should ours be gone and its name be taken. */
  bucketOwner: variable(environment, 'LAKE_BUCKET_OWNER'),
  prefix: variable(environment, 'LAKE_PREFIX'),
  objectives: objectives(environment),
});

/** @throws SettingsError */
export const evidenceSettings = (environment: Environment) => ({
  tableName: variable(environment, 'TABLE_NAME'),
  ledgerName: variable(environment, 'LEDGER_NAME'),
  /** Where anchors and reports go. */
  bucket: {
    bucket: variable(environment, 'EVIDENCE_BUCKET'),
    owner: variable(environment, 'EVIDENCE_BUCKET_OWNER'),
    prefix: variable(environment, 'EVIDENCE_PREFIX'),
  },
  keyArn: variable(environment, 'SIGNING_KEY_ARN'),
  /** What anchors state of the retention. 0: none lets jobs go. Absent: nothing is stated. */
  retentionDays: variable(environment, 'ANCHOR_RETENTION_DAYS'),
  objectives: objectives(environment),
});

/** @throws SettingsError */
export const reportSettings = (environment: Environment) => {
  const lockHours = variable(environment, 'REPORT_LOCK_HOURS');
  const lockMs = lockHours === undefined ? undefined : lockHours * 3_600_000;
  return {
    tableName: variable(environment, 'TABLE_NAME'),
    /** Absent `lockMs`: as the bucket has it. */
    bucket: { ...reportBucket(environment), lockMs },
    keyArn: variable(environment, 'SIGNING_KEY_ARN'),
    objectives: objectives(environment),
  };
};

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
