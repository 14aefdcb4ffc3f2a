// lib/services/retention.ts: the function that lets restore jobs go that are past their retention, and its schedule.
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NodeFunction } from '../compute/node-function.ts';
import { scheduled } from '../compute/schedule.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Settings } from '../settings/settings.ts';

export interface RetentionProps {
  readonly table: LedgerTable;
  /** The dimension of its metrics. */
  readonly ledgerName: string;
  /** `jobRetentionDays` is not 0. */
  readonly settings: Settings;
  /** Of the logs. @default a key that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** The only function that may delete anything. */
export class Retention extends Construct {
  readonly retention: NodeFunction;

  constructor(scope: Construct, id: string, { table, ledgerName, settings, encryptionKey }: RetentionProps) {
    super(scope, id);
    this.retention = new NodeFunction(this, 'Retention', {
      handler: 'retention',
      description: 'Lets restore jobs go that are past their retention',
      timeout: Duration.minutes(15),
      memoryMb: 256,
      environment: {
        TABLE_NAME: table.tableName,
        JOB_RETENTION_DAYS: String(settings.jobRetentionDays),
        LEDGER_NAME: ledgerName,
      },
      settings,
      encryptionKey,
    });
    table.grantLetGo(this.retention);
    scheduled(this, { role: 'ScheduleRole', schedule: 'Schedule' }, this.retention.function, {
      description: 'Lets Atlas restore jobs go that are past their retention',
      schedule: 'rate(1 day)',
      input: {},
      retry: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
    });
  }
}
