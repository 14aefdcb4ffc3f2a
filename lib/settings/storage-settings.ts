// lib/settings/storage-settings.ts: settings of what is kept, and how it is encrypted.
import { RANGES } from '../../functions/runtime/variables.ts';
import { isKeyArn } from '../limits/arn.ts';
import { ranged } from './checks.ts';
import { choice, text } from './setting.ts';

const isKey = (value: string) => (value.startsWith('arn:') ? isKeyArn(value) : ['aws', 'new'].includes(value));

export const storageSettings = {
  runRetentionDays: ranged(RANGES.RUN_RETENTION_DAYS, 'Retention of runs. Restore jobs and coverage are kept forever.'),
  removalPolicy: choice(['keep', 'delete'], {
    means:
      'What happens to the table, the secret and the logs when the stack is deleted. With keep, the table is also protected against deletion.',
    default: 'keep',
  }),
  encryption: text('aws, new, or the ARN of a KMS key', isKey, {
    means:
      'Key for the table, queues, secret, event bus, topics and logs: AWS-owned keys, a key that the stack creates, or an existing key with the policy in [key-policy.json](key-policy.json).',
    default: 'aws',
  }),
};
