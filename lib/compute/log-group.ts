// lib/compute/log-group.ts: log groups, kept and encrypted as the settings say.
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import { removalPolicyOf, type Settings } from '../settings/settings.ts';

/** @param encryptionKey whose policy admits CloudWatch Logs, as lib/data/encryption.ts does. Absent: a key that AWS owns */
export function logGroup(
  scope: Construct,
  id: string,
  settings: Pick<Settings, 'logRetentionDays' | 'removalPolicy'>,
  encryptionKey?: IKey,
): LogGroup {
  return new LogGroup(scope, id, {
    retention: settings.logRetentionDays,
    removalPolicy: removalPolicyOf(settings),
    ...defined({ encryptionKey }),
  });
}
