// lib/settings/monitoring-settings.ts: settings of alarms, logs and traces.
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LOG_LEVELS } from '../../functions/platform/log.ts';
import { isTopicArn } from '../limits/arn.ts';
import { isEmail } from './checks.ts';
import { choice, flag, oneOf, text, whole } from './setting.ts';

const LOG_DAYS = Object.values(RetentionDays).filter(
  (days): days is number => typeof days === 'number' && days < 9_999,
);

/** CloudWatch takes descriptions of 1,024 characters. The rest is for what the alarm means, and for the anchor. */
export const MAX_RUNBOOK_URL = 768;

export const monitoringSettings = {
  alarmEmail: text('an e-mail address', isEmail, {
    means: 'Address for alarms. AWS asks it to confirm the subscription.',
    default: '',
  }),
  alarmTopic: text('the ARN of an SNS topic', isTopicArn, {
    means: 'Existing topic for alarms.',
    default: '',
  }),
  alarmAfterMinutes: whole(0, 10_080, {
    means:
      'Time after which alarms go off if no run has ended (CollectionSilent), or none was complete (CollectionIncomplete). 0 means three intervals of a rate, or 26 hours with a cron schedule.',
    unit: 'minutes',
    default: 0,
  }),
  runbookUrl: text(`any text of at most ${MAX_RUNBOOK_URL} characters`, (value) => value.length <= MAX_RUNBOOK_URL, {
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
};
