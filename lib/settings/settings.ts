// lib/settings/settings.ts is every setting of a deployment, in one place: what it means, its unit, its default, what is allowed.

import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { parseBaseUrl } from '../../functions/atlas/http/base-url.ts';
import { LOG_LEVELS } from '../../functions/platform/log.ts';
import { CAN_BE_OFF } from '../../functions/restore/rules/finding.ts';
import { readRules } from '../../functions/restore/rules/read-rules.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import { KINDS, SEVERITIES } from '../../functions/schema/words.ts';
import { isSchedule, isTimeZone } from '../compute/schedule.ts';
import { MAX_RULES_BYTES, rulesJson, rulesOf } from './rules.ts';
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

/** By the very reader that the functions have. */
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

export const SETTINGS = {
  stackName: text('letters, digits and hyphens, a letter first', matches(/^[A-Za-z][A-Za-z0-9-]{0,99}$/), {
    means: 'Name of the CloudFormation stack. Another name is another ledger, with a table of its own.',
    default: 'AtlasRestoreLedger',
  }),
  tags: map('a JSON object of texts', { means: 'Tags on every resource.', default: {} }),
  permissionsBoundary: text('the ARN of an IAM policy', matches(/^arn:[a-z-]+:iam::\d{12}:policy\/.+$/), {
    means: 'Permissions boundary of every role.',
    default: '',
  }),

  secrets: texts('names or ARNs of secrets in this account and region', matches(/^[A-Za-z0-9/_+=.@:-]{1,512}$/), {
    means:
      'Existing secrets with Atlas credentials, one for each Atlas organization. None: the stack makes one, to be filled in after the first deployment.',
    default: [],
  }),
  secretKeys: texts('ARNs of KMS keys', matches(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/.+$/), {
    means: 'Keys that existing secrets are encrypted with, where that is not the AWS-managed one.',
    default: [],
  }),
  atlasBaseUrl: text('an https address without a path', isAtlas, {
    means: 'Where Atlas is. For government: https://cloud.mongodbgov.com',
    default: 'https://cloud.mongodb.com',
  }),

  schedule: text('rate(15 minutes), rate(1 hour), cron(0 6 * * ? *) and the like', isSchedule, {
    means: 'When everything is collected.',
    default: 'rate(15 minutes)',
  }),
  timeZone: text('a name of the IANA time zone database', isTimeZone, {
    means: 'Time zone of a cron schedule.',
    default: 'UTC',
  }),
  kinds: choices(KINDS, { means: 'Kinds of restore job to read.', default: KINDS }),
  includeProjects: texts('patterns without commas; * is any text, ? any character', pattern, {
    means: 'Projects to read, by name. None: every project.',
    default: [],
  }),
  excludeProjects: texts('patterns without commas', pattern, { means: 'Projects to leave out, by name.', default: [] }),
  includeClusters: texts('patterns without commas; * is any text, ? any character', pattern, {
    means: 'Clusters to read, by name. None: every cluster.',
    default: [],
  }),
  excludeClusters: texts('patterns without commas', pattern, { means: 'Clusters to leave out, by name.', default: [] }),
  fullReadHours: whole(1, 744, {
    means: 'How often every list of jobs is read to its end, not just its changed part.',
    unit: 'hours',
    default: 24,
  }),
  followSeconds: whole(0, 900, {
    means: 'How soon a project with a running restore is looked at again. 0: at the next scheduled run.',
    unit: 'seconds',
    default: 60,
  }),
  collectConcurrency: whole(2, 1_000, {
    means: 'Projects read at the same time, at most.',
    unit: 'functions',
    default: 5,
  }),
  collectTimeoutSeconds: whole(30, 900, {
    means: 'How long one function may read a project before it hands the rest to another.',
    unit: 'seconds',
    default: 120,
  }),
  maxReceives: whole(1, 100, {
    means: 'How often a task may fail before it goes to the dead-letter queue.',
    unit: 'times',
    default: 3,
  }),
  planMemoryMb: whole(128, 10_240, { means: 'Memory of the plan function.', unit: 'MB', default: 256 }),
  collectMemoryMb: whole(128, 10_240, { means: 'Memory of the collect function.', unit: 'MB', default: 512 }),
  apiMemoryMb: whole(128, 10_240, { means: 'Memory of the API function.', unit: 'MB', default: 256 }),
  architecture: choice(['arm64', 'x86_64'], { means: 'Processor of the functions.', default: 'arm64' }),

  notifyMemoryMb: whole(128, 10_240, { means: 'Memory of the notify function.', unit: 'MB', default: 256 }),

  rulesOff: choices(CAN_BE_OFF, {
    means: 'Rules that restores are not held against.',
    default: DEFAULT_RULES.rulesOff,
    least: 0,
  }),
  allowedDirections: ruleTexts(
    'allowedDirections',
    'two patterns of projects such as prod-* -> staging-*',
    'Restores from project to project that are no finding of the rule `cross-project`.',
  ),
  protectedTargets: ruleTexts(
    'protectedTargets',
    'patterns of a project and a cluster such as prod-*/orders',
    'Targets that no restore should go to. None: the rule `protected-target` never applies.',
  ),
  expectedRequesters: ruleTexts(
    'expectedRequesters',
    'patterns of user names, public keys or ids',
    'Who may ask for restores. None: the rule `requester-not-listed` never applies.',
  ),
  workingHours: ruleTexts(
    'workingHours',
    'days and hours such as Mon-Fri 07:00-19:00',
    'When restores may be asked for. None: the rule `outside-hours` never applies.',
  ),
  workingHoursTimeZone: text('a name of the IANA time zone database', isRule('workingHoursTimeZone'), {
    means: 'Time zone of the working hours.',
    default: DEFAULT_RULES.workingHoursTimeZone,
  }),
  slowMinutes: ruleNumber('slowMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that takes longer is `slow`. 0: no such limit.',
    unit: 'minutes',
  }),
  slowFactor: ruleNumber('slowFactor', '0, or a number from 1 to 1000', {
    means:
      "So is one that takes longer than the 95th percentile of its cluster's own past by this factor. 0: no such limit.",
    unit: 'times',
  }),
  stuckMinutes: ruleNumber('stuckMinutes', 'a whole number from 0 to 525600', {
    means: 'A restore that has been waiting or running for longer is `stuck`. 0: never.',
    unit: 'minutes',
  }),
  drillDays: ruleNumber('drillDays', 'a whole number from 0 to 36500', {
    means: 'A cluster has to be restored within so many days, or its drill is overdue. 0: none has to.',
    unit: 'days',
  }),
  drillDaysFor: ruleTexts(
    'drillDaysFor',
    'patterns of a project and a cluster with days, such as prod-*/orders = 90',
    'Other days for some clusters; the first that fits. 0: none.',
  ),
  newsHours: whole(0, 8_760, {
    means:
      'A restore that is seen for the first time longer than this after its end is recorded, and no event tells of it.',
    unit: 'hours',
    default: 24,
  }),

  eventBus: text(
    'default, or the name or ARN of an event bus in this account and region',
    (value) =>
      /^[A-Za-z0-9._/-]{1,256}$/.test(value) || /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/.+$/.test(value),
    { means: 'An existing event bus for the events. None: the stack makes one, named as itself.', default: '' },
  ),
  messageSeverities: choices(SEVERITIES, {
    means: 'Events of which a message for people is sent.',
    default: ['warning', 'critical'],
  }),
  messageEmail: text('an e-mail address', matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/), {
    means: 'Who is sent messages. AWS asks the address for consent first.',
    default: '',
  }),
  messageTopic: text('the ARN of an SNS topic', matches(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/), {
    means: 'An existing topic in this account and region for the messages. None: the stack makes one to subscribe to.',
    default: '',
  }),

  apiAuthorization: choice(['iam', 'jwt', 'none'], {
    means: 'Who may ask: AWS identities with `execute-api:Invoke`, bearers of a token, or anyone.',
    default: 'iam',
  }),
  apiOpenToEveryone: flag({
    means: 'Has to be true for `apiAuthorization` none: everyone on the internet can then read the whole ledger.',
    default: false,
  }),
  jwtIssuer: text('an https address', isUrl, { means: 'Who issues the tokens, for jwt.', default: '' }),
  jwtAudience: texts('audiences', () => true, { means: 'Whom the tokens are for, for jwt.', default: [] }),
  corsOrigins: texts('origins such as https://example.com, or *', isOrigin, {
    means: 'Web pages that may ask.',
    default: [],
  }),
  apiRequestsPerSecond: whole(1, 10_000, {
    means: 'Requests that the API takes; more are answered with 429.',
    unit: 'requests a second',
    default: 50,
  }),

  alarmEmail: text('an e-mail address', matches(/^[^@\s]+@[^@\s]+\.[^@\s]+$/), {
    means: 'Who is told of an alarm. AWS asks the address for consent first.',
    default: '',
  }),
  alarmTopic: text('the ARN of an SNS topic', matches(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/), {
    means: 'An existing topic that is told of an alarm.',
    default: '',
  }),
  alarmAfterMinutes: whole(0, 10_080, {
    means:
      'Time without a complete collection after which an alarm rings. 0: three runs of a rate, 26 hours of a cron.',
    unit: 'minutes',
    default: 0,
  }),
  runbookUrl: text('text', () => true, {
    means: 'Where alarms say that their runbook is.',
    default: 'docs/operations.md',
  }),
  dashboard: flag({ means: 'A CloudWatch dashboard. The first three of an account are free.', default: true }),
  tracing: flag({ means: 'X-Ray traces of the functions.', default: false }),
  logLevel: choice(LOG_LEVELS, { means: 'Least level of a log line.', default: 'INFO' }),
  logRetentionDays: oneOf(LOG_DAYS, { means: 'How long logs are kept.', unit: 'days', default: 30 }),
  sourceMaps: flag({
    means: 'Ship source maps beside the bundles, so that stack traces name the sources. Slower to start.',
    default: false,
  }),

  runRetentionDays: whole(1, 3_650, {
    means: 'How long runs are kept. Restore jobs and coverage are kept for good.',
    unit: 'days',
    default: 90,
  }),
  removalPolicy: choice(['keep', 'delete'], {
    means:
      'What becomes of the table, the secret and the logs when the stack is deleted. With keep the table is also protected from deletion.',
    default: 'keep',
  }),
  encryption: text('aws, new, or the ARN of a KMS key', (value) => /^(aws|new)$/.test(value) || ARN.test(value), {
    means:
      'Key of the table, the queues, the secret, the event bus and the topics: keys that AWS owns, a key that the stack makes, or one that exists and lets CloudWatch and EventBridge use it.',
    default: 'aws',
  }),

  fixedAddresses: whole(0, 3, {
    means:
      'Elastic IPs from which Atlas is called, for its API access list. More than 0 makes a VPC with as many NAT gateways, which cost money by the hour.',
    unit: 'addresses',
    default: 0,
  }),
  vpcCidr: text('an IPv4 range such as 10.20.0.0/24', matches(/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-4])$/), {
    means: 'Range of the VPC.',
    default: '10.20.0.0/24',
  }),
};

export type Settings = ValuesOf<typeof SETTINGS>;

/**
 * Settings from CDK context: the object under `ledger` in cdk.json, and over it what `-c name=value` says.
 * @param context all of the app's context; keys with a colon, a slash or an at sign belong to the CDK itself
 * @throws SettingsError
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const { ledger = {}, ...others } = context;
  const fromCommand = Object.entries(others).filter(([name]) => /^\w+$/.test(name));
  const settings = readValues(SETTINGS, { ...objectOf(ledger), ...Object.fromEntries(fromCommand) });
  const problems = contradictions(settings);
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

function objectOf(ledger: unknown): Record<string, unknown> {
  let value = ledger;
  try {
    if (typeof ledger === 'string') value = JSON.parse(ledger);
  } catch {
    // Said below, in the same words.
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
