// functions/runtime/variables.ts: every environment variable of the functions, its form and its default. lib/ sets no others.

import { MAX_CONCURRENCY } from '../atlas/http/max-concurrency.ts';
import { MAX_RETENTION_DAYS, MIN_RETENTION_DAYS } from '../ledger/let-go/retention-days.ts';
import { MAX_EVENT_AGE_HOURS } from '../ledger/model/backfill.ts';
import { LOG_LEVELS } from '../platform/log.ts';
import { KINDS, SEVERITIES } from '../schema/words.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is missing or wrong. The message names the variable, what was expected and what was found. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Ranges that the settings of a deployment have too. */
export const RANGES = {
  ATLAS_CONCURRENCY: { unit: 'requests', min: 1, max: MAX_CONCURRENCY, default: MAX_CONCURRENCY },
  FULL_READ_HOURS: { unit: 'hours', min: 1, max: 744, default: 24 },
  FOLLOW_SECONDS: { unit: 'seconds', min: 0, max: 900, default: 60 },
  RUN_RETENTION_DAYS: { unit: 'days', min: 1, max: 3_650, default: 90 },
  MAX_EVENT_AGE_HOURS: { unit: 'hours', min: 0, max: 8_760, default: MAX_EVENT_AGE_HOURS },
  SIGN_IN_SESSION_MINUTES: { unit: 'minutes', min: 5, max: 720, default: 60 },
  // SQS delays a message by at most 15 minutes.
  MESSAGE_WAIT_SECONDS: { unit: 'seconds', min: 0, max: 900, default: 120 },
} as const;

/** A value, or undefined if the text doesn't fit. Not by zod: every cold start pays for it. */
type Parse<T> = (text: string) => T | undefined;
/** @throws SettingsError */
type Variable<T> = (text: string | undefined, name: string) => T;

const flag: Parse<boolean> = (value) => (value === 'true' ? true : value === 'false' ? false : undefined);
const text: Parse<string> = (value) => value;
const url: Parse<string> = (value) => (URL.canParse(value) ? value.trim() : undefined);
const list = (value: string) => value.split(',').flatMap((part) => part.trim() || []);
const nonEmptyList = (value: string) => {
  const items = list(value);
  return items.length > 0 ? items : undefined;
};
const words =
  <const T extends string>(known: readonly T[]): Parse<T[]> =>
  (value) => {
    const found = list(value).map((word) => known.find((each) => each === word));
    return found.length > 0 && !found.includes(undefined) ? (found as T[]) : undefined;
  };
const integer =
  (min: number, max: number): Parse<number> =>
  (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= min && number <= max ? number : undefined;
  };

function optional<T>(expected: string, parse: Parse<T>): Variable<T | undefined> {
  return (given, name) => {
    if (!given) return undefined; // an empty variable is how CloudFormation and shells say "not set"
    const value = parse(given);
    if (value !== undefined) return value;
    throw new SettingsError(`${name}: expected ${expected}, got ${JSON.stringify(given)}`);
  };
}

function required<T>(expected: string, parse: Parse<T>): Variable<T> {
  const read = optional(expected, parse);
  return (given, name) => {
    const value = read(given, name);
    if (value !== undefined) return value;
    throw new SettingsError(`${name}: expected ${expected}, got nothing`);
  };
}

function withDefault<T>(expected: string, parse: Parse<T>, otherwise: T): Variable<T> {
  const read = optional(expected, parse);
  return (given, name) => read(given, name) ?? otherwise;
}

const ranged = ({ unit, min, max, default: otherwise }: (typeof RANGES)[keyof typeof RANGES]) =>
  withDefault<number>(`a whole number of ${unit} from ${min} to ${max}`, integer(min, max), otherwise);

const patterns = withDefault('patterns separated by commas', list, []);

const VARIABLES = {
  ANNOTATIONS: withDefault('true or false', flag, false),
  ANCHOR_RETENTION_DAYS: optional(
    `a whole number of days from 0 to ${MAX_RETENTION_DAYS}`,
    integer(0, MAX_RETENTION_DAYS),
  ),
  API_URL: optional('a URL such as https://abc123.execute-api.eu-west-1.amazonaws.com', url),
  ATLAS_CONCURRENCY: ranged(RANGES.ATLAS_CONCURRENCY),
  ATLAS_SECRET_ID: required('names or ARNs of secrets, separated by commas', nonEmptyList),
  COLLECT_QUEUE_URL: required('the URL of the SQS queue', url),
  EVENT_BUS_NAME: required('the name or ARN of the EventBridge bus', text),
  EVIDENCE_BUCKET: required('the name of an S3 bucket', text),
  EVIDENCE_BUCKET_OWNER: required('the id of an AWS account', text),
  EVIDENCE_PREFIX: required('the beginning of the keys, such as AtlasRestoreLedger/evidence/', text),
  EXCLUDE_CLUSTERS: patterns,
  EXCLUDE_PROJECTS: patterns,
  EXPECTED_RUN_MINUTES: optional('a whole number of minutes from 1', integer(1, 2_000_000_000)),
  FORWARD_RECORDS: optional('true', (value) => value === 'true' || undefined),
  FOLLOW_SECONDS: ranged(RANGES.FOLLOW_SECONDS),
  FULL_READ_HOURS: ranged(RANGES.FULL_READ_HOURS),
  INCLUDE_CLUSTERS: patterns,
  INCLUDE_PROJECTS: patterns,
  JOB_RETENTION_DAYS: required(
    `a whole number of days from ${MIN_RETENTION_DAYS} to ${MAX_RETENTION_DAYS}`,
    integer(MIN_RETENTION_DAYS, MAX_RETENTION_DAYS),
  ),
  KINDS: withDefault(`some of ${KINDS.join(', ')}, separated by commas`, words(KINDS), [...KINDS]),
  LAKE_BUCKET: required('the name of an S3 bucket', text),
  LAKE_BUCKET_OWNER: required('the id of an AWS account', text),
  LAKE_PREFIX: required('the beginning of the keys, such as AtlasRestoreLedger/changes/', text),
  LEDGER_NAME: withDefault('a name', text, 'AtlasRestoreLedger'),
  LOG_LEVEL: withDefault(
    `one of ${LOG_LEVELS.join(', ')}`,
    (value) => LOG_LEVELS.find((level) => level === value),
    'INFO',
  ),
  MAX_EVENT_AGE_HOURS: ranged(RANGES.MAX_EVENT_AGE_HOURS),
  MESSAGE_QUEUE_URL: required('the URL of the SQS queue of messages', url),
  MESSAGE_SEVERITIES: required(`some of ${SEVERITIES.join(', ')}, separated by commas`, words(SEVERITIES)),
  MESSAGE_TOPIC_ARNS: required('ARNs of SNS topics, separated by commas', nonEmptyList),
  MESSAGE_WAIT_SECONDS: ranged(RANGES.MESSAGE_WAIT_SECONDS),
  MONGODB_ATLAS_BASE_URL: optional('a URL such as https://cloud.mongodb.com', url),
  ORGANIZATION_ID: optional('the id of an AWS organization', text),
  PLAN_FUNCTION_NAME: optional('the name or ARN of the plan function', text),
  REPORT_FUNCTION_NAME: optional('the name or ARN of the report function', text),
  REPORT_LOCK_HOURS: optional('a whole number of hours from 1 to 8760', integer(1, 8_760)),
  REPORT_PREFIX: required('the beginning of the keys, such as AtlasRestoreLedger/requested/', text),
  RUN_RETENTION_DAYS: ranged(RANGES.RUN_RETENTION_DAYS),
  SIGN_IN_ANNOTATE_VALUES: withDefault('values separated by commas', list, []),
  SIGN_IN_CLIENT_ID: optional('the id of an OpenID Connect client', text),
  SIGN_IN_CLIENT_SECRET_ARN: optional('the ARN of a secret', text),
  SIGN_IN_ISSUER: optional('a URL such as https://issuer.example.com', url),
  SIGN_IN_KEY_ARN: optional('the ARN of a secret', text),
  SIGN_IN_READ_VALUES: withDefault('values separated by commas', list, ['read']),
  SIGN_IN_ROLES_CLAIM: withDefault('the name of a claim', text, 'cognito:groups'),
  SIGN_IN_RUN_VALUES: withDefault('values separated by commas', list, ['run']),
  SIGN_IN_SESSION_MINUTES: ranged(RANGES.SIGN_IN_SESSION_MINUTES),
  SIGNING_KEY_ARN: required('the ARN of a key in AWS KMS, ECC_NIST_P256 for SIGN_VERIFY', text),
  SPOKE_ACCOUNTS: withDefault('ids of AWS accounts, separated by commas', list, []),
  TABLE_NAME: required('the name of the DynamoDB table', text),
  TABLE_STREAM_ARN: optional("the ARN of an adopted table's stream", text),
};
/** OBJECTIVES and RULES are read in settings.ts: here they would be in every bundle. */
export type VariableName = keyof typeof VARIABLES | 'OBJECTIVES' | 'RULES';

/** @throws SettingsError */
export const variable = <Name extends keyof typeof VARIABLES>(environment: Environment, name: Name) =>
  VARIABLES[name](environment[name], name) as ReturnType<(typeof VARIABLES)[Name]>;
