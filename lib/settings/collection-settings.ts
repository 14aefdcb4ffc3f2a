// lib/settings/collection-settings.ts: settings of what is read from Atlas, when, and from where.
import { parseBaseUrl } from '../../functions/atlas/http/base-url.ts';
import { RANGES } from '../../functions/runtime/variables.ts';
import { KINDS } from '../../functions/schema/words.ts';
import { isKeyArn, isSecretNameOrArn } from '../limits/arn.ts';
import { ranged } from './checks.ts';
import { isSchedule, isTimeZone } from './schedule.ts';
import { choice, choices, text, texts, whole } from './setting.ts';

const pattern = (value: string) => !value.includes(',');
function isAtlas(value: string) {
  try {
    return parseBaseUrl(value, 'atlasBaseUrl') !== '';
  } catch {
    return false;
  }
}

export const collectionSettings = {
  secrets: texts('names or ARNs of secrets in this account and region', isSecretNameOrArn, {
    means:
      'Existing secrets with Atlas credentials, one per Atlas organization. If empty, the stack creates one for you to fill in after the first deployment.',
    default: [],
  }),
  secretKeys: texts('ARNs of KMS keys', isKeyArn, {
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
  atlasConcurrency: ranged(
    RANGES.ATLAS_CONCURRENCY,
    'Maximum number of requests to Atlas that one function has under way at once, for each set of credentials. It uses fewer where Atlas answers slowly or refuses. With `collectConcurrency` functions, the organization sees up to the product of the two.',
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
};
