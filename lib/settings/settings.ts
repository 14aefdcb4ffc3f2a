// lib/settings/settings.ts: every setting of a deployment. The stack, the context in cdk.json and docs/settings.md follow.
import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { parseBaseUrl } from '../../functions/atlas/http/base-url.ts';
import { defined } from '../../functions/platform/defined.ts';
import { LOG_LEVELS } from '../../functions/platform/log.ts';
import { CAN_BE_OFF } from '../../functions/restore/rules/finding.ts';
import { readRules } from '../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import { RANGES } from '../../functions/runtime/variables.ts';
import { KINDS, SEVERITIES } from '../../functions/schema/words.ts';
import { MAX_RULES_BYTES, rulesJson, rulesOf } from './rules.ts';
import { isSchedule, isTimeZone } from './schedule.ts';
import {
  choice,
  choices,
  flag,
  map,
  number,
  oneOf,
  readValues,
  SettingsError,
  text,
  texts,
  type ValuesOf,
  whole,
} from './setting.ts';

const LOG_DAYS = Object.values(RetentionDays).filter(
  (days): days is number => typeof days === 'number' && days < 9_999,
);
const ARN = /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$/;

const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
const pattern = (value: string) => !value.includes(',');
const isUrl = (value: string) => URL.canParse(value) && value.startsWith('https://');
const isOrigin = (value: string) => value === '*' || (URL.canParse(value) && new URL(value).origin === value);
function isAtlas(value: string) {
  try {
    return parseBaseUrl(value, 'atlasBaseUrl') !== '';
  } catch {
    return false;
  }
}

/** Validated by the same parser as in the functions. */
const isRule =
  <Field extends keyof Rules>(field: Field) =>
  (value: unknown) => {
    try {
      readRules({ [field]: value });
      return true;
    } catch {
      return false;
    }
  };
const ruleTexts = <Field extends keyof Rules>(field: Field, allowed: string, means: string) => {
  const accepts = isRule(field);
  return texts(allowed, (value) => accepts([value]), { means, default: [] });
};
const ruleNumber = <Field extends keyof Rules>(field: Field, allowed: string, words: { means: string; unit: string }) =>
  number(allowed, isRule(field), { ...words, default: DEFAULT_RULES[field] as number });

const ranged = ({ min, max, ...words }: (typeof RANGES)[keyof typeof RANGES], means: string) =>
  whole(min, max, { means, ...words });

export const SETTINGS = {
  stackName: text('letters, digits and hyphens, a letter first', matches(/^[A-Za-z][A-Za-z0-9-]{0,99}$/), {
    means: 'Name of the CloudFormation stack. A second name deploys a second ledger with its own table.',
    default: 'AtlasRestoreLedger',
  }),
  tags: map('a JSON object of texts', { means: 'Tags on every resource.', default: {} }),
  permissionsBoundary: text('the ARN of an IAM policy', matches(/^arn:[a-z-]+:iam::\d{12}:policy\/.+$/), {
    means: 'Permissions boundary for every role.',
    default: '',
  }),

  secrets: texts('names or ARNs of secrets in this account and region', matches(/^[A-Za-z0-9/_+=.@:-]{1,512}$/), {
    means:
      'Existing secrets with Atlas credentials, one per Atlas organization. If empty, the stack creates one for you to fill in after the first deployment.',
    default: [],
  }),
  secretKeys: texts('ARNs of KMS keys', matches(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/.+$/), {
    means: 'Keys that encrypt the existing secrets, if not the AWS-managed key.',
    default: [],
  }),
  atlasBaseUrl: text('an https address without a path', isAtlas, {
    means: 'Base URL of Atlas. For Atlas for Government: https://cloud.mongodbgov.com',
    default: 'https://cloud.mongodb.com',
  }),

  schedule: text('a rate or cron expression such as rate(15 minutes) or cron(0 6 * * ? *)', isSchedule, {
    means: 'When to collect everything.',
    default: 'rate(15 minutes)',
  }),
  timeZone: text('a name of the IANA time zone database', isTimeZone, {
    means: 'Time zone of a cron schedule.',
    default: 'UTC',
  }),
  kinds: choices(KINDS, { means: 'Kinds of restore job to read.', default: KINDS }),
  includeProjects: texts('patterns without commas; * is any text, ? any character', pattern, {
    means: 'Names of projects to read. If empty, all.',
    default: [],
  }),
  excludeProjects: texts('patterns without commas', pattern, { means: 'Names of projects to skip.', default: [] }),
  includeClusters: texts('patterns without commas; * is any text, ? any character', pattern, {
    means: 'Names of clusters to read. If empty, all.',
    default: [],
  }),
  excludeClusters: texts('patterns without commas', pattern, { means: 'Names of clusters to skip.', default: [] }),
  fullReadHours: ranged(RANGES.FULL_READ_HOURS, 'Maximum time between two full readings of a list of restore jobs.'),
  followSeconds: ranged(
    RANGES.FOLLOW_SECONDS,
    'Delay until a project with a running restore is read again. 0 waits for the next scheduled run.',
  ),
  collectConcurrency: whole(2, 1_000, {
    means: 'Maximum number of projects read at the same time.',
    unit: 'functions',
    default: 5,
  }),
  collectTimeoutSeconds: whole(30, 900, {
    means: 'Timeout of the collect function. What remains of a project then goes to another invocation.',
    unit: 'seconds',
    default: 120,
  }),
  maxReceives: whole(1, 100, {
    means: 'Failures of a task before it goes to the dead-letter queue.',
    unit: 'times',
    default: 3,
  }),
  planMemoryMb: whole(128, 10_240, { means: 'Memory of the plan function.', unit: 'MB', default: 256 }),
  collectMemoryMb: whole(128, 10_240, { means: 'Memory of the collect function.', unit: 'MB', default: 512 }),
  apiMemoryMb: whole(128, 10_240, { means: 'Memory of the API function.', unit: 'MB', default: 256 }),
  architecture: choice(['arm64', 'x86_64'], { means: 'Instruction set of the functions.', default: 'arm64' }),

  notifyMemoryMb: whole(128, 10_240, { means: 'Memory of the notify function.', unit: 'MB', default: 256 }),

  rulesOff: choices(CAN_BE_OFF, {
    means: 'Rules that are turned off.',
    default: DEFAULT_RULES.rulesOff,
    least: 0,
  }),
  allowedDirections: ruleTexts(
    'allowedDirections',
    'two project patterns such as prod-* -> staging-*',
    'Restores between projects that the rule `cross-project` permits.',
  ),
  protectedTargets: ruleTexts(
    'protectedTargets',
    'project and cluster patterns such as prod-*/orders',
    'Clusters that must not be restored to. If empty, the rule `protected-target` never matches.',
  ),
  expectedRequesters: ruleTexts(
    'expectedRequesters',
    'patterns of user names, public keys or ids',
    'Who may request restores. If empty, the rule `requester-not-listed` never matches.',
  ),
  workingHours: ruleTexts(
    'workingHours',
    'days and hours such as Mon-Fri 07:00-19:00',
    'When restores may be requested. If empty, the rule `outside-hours` never matches.',
  ),
  workingHoursTimeZone: text('a name of the IANA time zone database', isRule('workingHoursTimeZone'), {
    means: 'Time zone of the working hours.',
    default: DEFAULT_RULES.workingHoursTimeZone,
  }),
  slowMinutes: ruleNumber('slowMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that takes longer is `slow`. 0 sets no limit.',
    unit: 'minutes',
  }),
  slowFactor: ruleNumber('slowFactor', '0, or a number from 1 to 1000', {
    means:
      "A restore that takes this many times the 95th percentile of the cluster's past restores is `slow` too. 0 sets no limit.",
    unit: 'times',
  }),
  stuckMinutes: ruleNumber('stuckMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that has been pending or running for longer is `stuck`. 0 sets no limit.',
    unit: 'minutes',
  }),
  drillDays: ruleNumber('drillDays', 'a whole number from 0 to 36500', {
    means:
      'Maximum time since the last completed restore of a cluster, after which its drill is overdue. 0 requires no drills.',
    unit: 'days',
  }),
  drillDaysFor: ruleTexts(
    'drillDaysFor',
    'project and cluster patterns with days, such as prod-*/orders = 90',
    'Exceptions to `drillDays`; the first match applies. 0 requires no drills.',
  ),
  maxEventAgeHours: ranged(
    RANGES.MAX_EVENT_AGE_HOURS,
    'A restore that ended longer ago than this when it is first seen is recorded, but emits no events.',
  ),

  eventBus: text(
    'default, or the name or ARN of an event bus in this account and region',
    (value) =>
      /^[A-Za-z0-9._/-]{1,256}$/.test(value) || /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/.+$/.test(value),
    { means: 'Existing event bus for the events. If empty, the stack creates one with its own name.', default: '' },
  ),
  messageSeverities: choices(SEVERITIES, {
    means: 'Severities of events that are also sent as messages.',
    default: ['warning', 'critical'],
  }),
  messageEmail: text('an e-mail address', matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/), {
    means: 'Address for messages. AWS asks it to confirm the subscription.',
    default: '',
  }),
  messageTopic: text('the ARN of an SNS topic', matches(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/), {
    means: 'Existing topic in this account and region for messages. If empty, the stack creates one.',
    default: '',
  }),

  apiAuthorization: choice(['iam', 'jwt', 'none'], {
    means: 'Who may call the API: AWS identities with `execute-api:Invoke`, holders of a JWT, or anyone.',
    default: 'iam',
  }),
  apiOpenToEveryone: flag({
    means: 'Must be true if `apiAuthorization` is none. Everyone on the internet can then read the whole ledger.',
    default: false,
  }),
  jwtIssuer: text('an https address', isUrl, { means: 'Issuer of the tokens, for jwt.', default: '' }),
  jwtAudience: texts('audiences', () => true, { means: 'Accepted audiences of the tokens, for jwt.', default: [] }),
  corsOrigins: texts('origins such as https://example.com, or *', isOrigin, {
    means: 'Origins whose pages may call the API.',
    default: [],
  }),
  apiRequestsPerSecond: whole(1, 10_000, {
    means: 'Rate limit of the API. Requests above it get 429.',
    unit: 'requests a second',
    default: 50,
  }),

  alarmEmail: text('an e-mail address', matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/), {
    means: 'Address for alarms. AWS asks it to confirm the subscription.',
    default: '',
  }),
  alarmTopic: text('the ARN of an SNS topic', matches(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/), {
    means: 'Existing topic for alarms.',
    default: '',
  }),
  alarmAfterMinutes: whole(0, 10_080, {
    means:
      'Time without a complete collection after which an alarm goes off. 0 means three intervals of a rate, or 26 hours with a cron schedule.',
    unit: 'minutes',
    default: 0,
  }),
  runbookUrl: text('any text', () => true, {
    means: 'Path or URL of the runbook, for the text of alarms.',
    default: 'docs/operations.md',
  }),
  dashboard: flag({ means: 'Create a CloudWatch dashboard. The first three in an account are free.', default: true }),
  tracing: flag({ means: 'Trace the functions with X-Ray.', default: false }),
  logLevel: choice(LOG_LEVELS, { means: 'Minimum level of a log line.', default: 'INFO' }),
  logRetentionDays: oneOf(LOG_DAYS, { means: 'Retention of logs.', unit: 'days', default: 30 }),
  sourceMaps: flag({
    means: 'Deploy source maps, so that stack traces name the source files. Cold starts take longer.',
    default: false,
  }),

  runRetentionDays: ranged(RANGES.RUN_RETENTION_DAYS, 'Retention of runs. Restore jobs and coverage are kept forever.'),
  removalPolicy: choice(['keep', 'delete'], {
    means:
      'What happens to the table, the secret and the logs when the stack is deleted. With keep, the table is also protected against deletion.',
    default: 'keep',
  }),
  encryption: text('aws, new, or the ARN of a KMS key', (value) => /^(aws|new)$/.test(value) || ARN.test(value), {
    means:
      'Key for the table, queues, secret, event bus and topics: AWS-owned keys, a key that the stack creates, or an existing key whose policy admits CloudWatch and EventBridge.',
    default: 'aws',
  }),

  fixedAddresses: whole(0, 3, {
    means:
      'Elastic IPs for calls to Atlas, to put on its API access list. More than 0 creates a VPC with as many NAT gateways, which are billed by the hour.',
    unit: 'addresses',
    default: 0,
  }),
  vpcCidr: text('an IPv4 range such as 10.20.0.0/24', matches(/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-4])$/), {
    means: 'CIDR range of the VPC.',
    default: '10.20.0.0/24',
  }),
};

export type Settings = ValuesOf<typeof SETTINGS>;

export const removalPolicyOf = ({ removalPolicy }: Pick<Settings, 'removalPolicy'>) =>
  removalPolicy === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

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
  const rules = rulesJson(rulesOf(settings)) ?? '{}';
  const bytes = Buffer.byteLength(rules);
  if (bytes > MAX_RULES_BYTES) {
    const names = Object.keys(JSON.parse(rules)).join(', ');
    problems.push(`${names}: got ${bytes} bytes, allowed: ${MAX_RULES_BYTES} for all rules, shorter by patterns`);
  }
  return problems;
}
