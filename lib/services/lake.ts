// lib/services/lake.ts: each day's changes as Parquet in a bucket, under a table that Athena asks.
import { Aws, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { NodeFunction } from '../compute/node-function.ts';
import { scheduled } from '../compute/schedule.ts';
import { LakeBucket } from '../data/lake-bucket.ts';
import { LakeCatalog } from '../data/lake-catalog.ts';
import type { LedgerTable } from '../data/table.ts';
import { removalPolicyOf, type Settings } from '../settings/settings.ts';

export interface LakeProps {
  readonly table: LedgerTable;
  /** The dimension of its metrics; the keys of the bucket begin with it. */
  readonly ledgerName: string;
  /** `lakeBucket` is set. */
  readonly settings: Settings;
  /** Of the logs, and of a bucket that is made. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

export class Lake extends Construct {
  readonly bucket: LakeBucket;
  readonly catalog: LakeCatalog;
  readonly lake: NodeFunction;
  /** How often it looks which days are due. */
  readonly everyHours = 6;

  constructor(scope: Construct, id: string, { table, ledgerName, settings, encryptionKey }: LakeProps) {
    super(scope, id);
    const { lakeBucket, lakeBucketKey, jobRetentionDays, objectives } = settings;
    this.bucket = new LakeBucket(this, 'Storage', {
      ledgerName,
      existing: lakeBucket === 'new' ? undefined : { bucketName: lakeBucket, keyArn: lakeBucketKey || undefined },
      encryptionKey,
      removalPolicy: removalPolicyOf(settings),
      keepDays: jobRetentionDays || undefined, // jobs that are let go don't live on in it
    });
    this.catalog = new LakeCatalog(this, 'Catalog', { ledgerName, bucket: this.bucket });
    this.lake = new NodeFunction(this, 'Lake', {
      handler: 'lake',
      description: 'Writes the changes of Atlas restore jobs to the lake, day by day',
      timeout: Duration.minutes(15),
      memoryMb: 1_024,
      environment: {
        TABLE_NAME: table.tableName,
        LEDGER_NAME: ledgerName,
        LAKE_BUCKET: this.bucket.bucketName,
        LAKE_BUCKET_OWNER: Aws.ACCOUNT_ID,
        LAKE_PREFIX: this.bucket.prefix,
        OBJECTIVES: objectives.length > 0 ? JSON.stringify(objectives) : undefined,
      },
      settings,
      encryptionKey,
    });
    table.grantFindChanges(this.lake);
    this.bucket.grantWrite(this.lake);
    scheduled(this, { role: 'ScheduleRole', schedule: 'Schedule' }, this.lake.function, {
      description: 'Writes the days of the lake that are due',
      schedule: `rate(${this.everyHours} hours)`,
      input: {},
      retry: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
    });
  }
}
