// lib/services/reports.ts: the function that makes the reports which take longer than the API may, and keeps them for a while.
import { Aws, Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_ATTEMPTS } from '../../functions/requested/jobs.ts';
import { NodeFunction } from '../compute/node-function.ts';
import { deadLetters } from '../compute/queue.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Settings } from '../settings/settings.ts';
import type { Evidence } from './evidence.ts';

export interface ReportsProps {
  readonly table: LedgerTable;
  /** Its bucket keeps them, and its key signs them. */
  readonly evidence: Evidence;
  readonly settings: Settings;
  /** Of the queue and the logs. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

export class Reports extends Construct {
  readonly report: NodeFunction;
  /** Of reports that were given up. */
  readonly deadLetters: Queue;
  readonly #props: ReportsProps;

  constructor(scope: Construct, id: string, props: ReportsProps) {
    super(scope, id);
    this.#props = props;
    const { table, evidence, settings, encryptionKey } = props;
    const { bucket, key } = evidence;
    this.deadLetters = deadLetters(this, 'DeadLetters', 'the report function', encryptionKey);
    this.report = new NodeFunction(this, 'Report', {
      handler: 'report',
      description: 'Makes a report of Atlas restores that takes longer than the API may',
      timeout: Duration.minutes(15),
      memoryMb: 1_769, // one processor
      diskMb: 2_048, // the report, and what is gathered for it
      environment: {
        ...this.#place,
        TABLE_NAME: table.tableName,
        SIGNING_KEY_ARN: key.keyArn,
        REPORT_LOCK_HOURS: bucket.requestedLockHours?.toString(),
        OBJECTIVES: settings.objectives.length > 0 ? JSON.stringify(settings.objectives) : undefined,
      },
      settings,
      encryptionKey,
    });
    table.grantReadAll(this.report);
    table.grantRequestReports(this.report);
    bucket.grantPutRequested(this.report);
    this.report.allow(['kms:GetPublicKey', 'kms:Sign'], [key.keyArn]);
    this.report.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);
    if (encryptionKey) this.report.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);
    this.report.function.configureAsyncInvoke({
      retryAttempts: (MAX_ATTEMPTS - 1) as 1,
      maxEventAge: Duration.minutes(20), // the first attempt, which takes 15 at most, and the wait before the second
      onFailure: new SqsDestination(this.deadLetters),
    });
  }

  /** Recording that a report is wanted, having it made, and fetching it. */
  grantRequest(api: NodeFunction) {
    const { table, evidence } = this.#props;
    api.addEnvironment({ ...this.#place, REPORT_FUNCTION_NAME: this.report.function.functionName });
    table.grantRequestReports(api);
    evidence.bucket.grantGetRequested(api);
    api.allow(['lambda:InvokeFunction'], [this.report.function.functionArn]);
  }

  get #place() {
    const { bucketName, requestedPrefix } = this.#props.evidence.bucket;
    return {
      EVIDENCE_BUCKET: bucketName,
      EVIDENCE_BUCKET_OWNER: Aws.ACCOUNT_ID,
      REPORT_PREFIX: requestedPrefix,
    };
  }
}
