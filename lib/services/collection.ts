// lib/services/collection.ts: the schedule, the plan function, the task queue and the collect function.
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { heapOptions } from '../compute/heap.ts';
import { NodeFunction } from '../compute/node-function.ts';
import type { Placement } from '../compute/placement.ts';
import { deadLetters, queue } from '../compute/queue.ts';
import { scheduled } from '../compute/schedule.ts';
import type { AtlasCredentials } from '../data/credentials.ts';
import type { LedgerTable } from '../data/table.ts';
import { longestMinutesBetween } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import { rulesJson, rulesOf } from './rules.ts';

export interface CollectionProps extends Placement {
  readonly table: LedgerTable;
  readonly credentials: AtlasCredentials;
  /** The dimension of its metrics. */
  readonly ledgerName: string;
  readonly settings: Settings;
  /** Of the queues and logs. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** Runs everything on a schedule. A task that fails is retried, then kept in the dead-letter queue. */
export class Collection extends Construct {
  readonly plan: NodeFunction;
  readonly collect: NodeFunction;
  /** Tasks: one project each. */
  readonly queue: Queue;
  /** Tasks that failed too often. */
  readonly deadLetters: Queue;
  /** Events that could not start a run. */
  readonly planDeadLetters: Queue;

  constructor(scope: Construct, id: string, props: CollectionProps) {
    super(scope, id);
    const { table, credentials, encryptionKey, vpc, vpcSubnets, settings } = props;
    const timeout = Duration.seconds(settings.collectTimeoutSeconds);

    this.deadLetters = queue(this, 'DeadLetters', {}, encryptionKey);
    const planDeadLettersOf = 'the schedule and of the plan function';
    this.planDeadLetters = deadLetters(this, 'PlanDeadLetters', planDeadLettersOf, encryptionKey);
    const deadLetterQueue = { queue: this.deadLetters, maxReceiveCount: settings.maxReceives };
    // Six times the function's timeout is AWS's advice: time for retries where the function is throttled.
    const visibilityTimeout = Duration.seconds(timeout.toSeconds() * 6);
    this.queue = queue(this, 'Queue', { visibilityTimeout, deadLetterQueue }, encryptionKey);

    const common = { vpc, vpcSubnets, settings, encryptionKey };
    this.plan = new NodeFunction(this, 'Plan', {
      ...common,
      handler: 'plan',
      description: 'Lists the Atlas projects and queues a task for each',
      timeout: Duration.minutes(5),
      memoryMb: settings.planMemoryMb,
      environment: {
        ...this.#environment(props),
        INCLUDE_PROJECTS: settings.includeProjects.join(','),
        EXCLUDE_PROJECTS: settings.excludeProjects.join(','),
        ...(table.isExisting && { TABLE_STREAM_ARN: table.streamArn }),
      },
    });
    this.collect = new NodeFunction(this, 'Collect', {
      ...common,
      handler: 'collect',
      description: "Brings one Atlas project's restore jobs and coverage up to date",
      timeout,
      memoryMb: settings.collectMemoryMb,
      nodeOptions: heapOptions(settings.collectMemoryMb),
      environment: {
        ...this.#environment(props),
        KINDS: settings.kinds.join(','),
        INCLUDE_CLUSTERS: settings.includeClusters.join(','),
        EXCLUDE_CLUSTERS: settings.excludeClusters.join(','),
        FULL_READ_HOURS: String(settings.fullReadHours),
        FOLLOW_SECONDS: String(settings.followSeconds),
        RULES: rulesJson(rulesOf(settings)),
        MAX_EVENT_AGE_HOURS: String(settings.maxEventAgeHours),
        EXPECTED_RUN_MINUTES: longestMinutesBetween(settings.schedule)?.toString(), // as the api has it
        ...(settings.role === 'spoke' && { FORWARD_RECORDS: 'true' }),
      },
    });

    table.grant(
      this.plan,
      ['BatchGetItem', 'DescribeTable', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
      ['byStatus', 'feed'],
    );
    table.grant(
      this.collect,
      ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
      ['byCluster', 'byStatus', 'feed'],
    );
    for (const reader of [this.plan, this.collect]) {
      credentials.grantRead(reader);
      reader.allow(['sqs:SendMessage'], [this.queue.queueArn]);
    }
    this.plan.allow(['sqs:SendMessage'], [this.planDeadLetters.queueArn]);
    this.collect.allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [this.queue.queueArn]);
    if (encryptionKey) {
      this.plan.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);
      this.collect.allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);
    }

    const tasks = new EventSourceMapping(this, 'Tasks', {
      target: this.collect.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      maxConcurrency: settings.collectConcurrency,
      reportBatchItemFailures: true,
    });
    tasks.node.addDependency(this.collect.role); // Lambda checks at creation that the role may read the queue
    this.plan.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1), // after that, the next run has long read the same
      onFailure: new SqsDestination(this.planDeadLetters),
    });
    this.#schedule(props);
  }

  #environment({ table, credentials, settings, ledgerName }: CollectionProps) {
    return {
      TABLE_NAME: table.tableName,
      ATLAS_SECRET_ID: credentials.secretIds.join(','),
      MONGODB_ATLAS_BASE_URL: settings.atlasBaseUrl,
      ATLAS_CONCURRENCY: String(settings.atlasConcurrency),
      COLLECT_QUEUE_URL: this.queue.queueUrl,
      RUN_RETENTION_DAYS: String(settings.runRetentionDays),
      LEDGER_NAME: ledgerName,
    };
  }

  #schedule({ settings, encryptionKey }: CollectionProps) {
    const role = scheduled(this, { role: 'ScheduleRole', schedule: 'Schedule' }, this.plan.function, {
      description: 'Collects every Atlas restore job',
      schedule: settings.schedule,
      timeZone: settings.timeZone,
      // functions/collector/plan/request.ts reads it.
      input: {
        trigger: 'schedule',
        scheduledAt: '<aws.scheduler.scheduled-time>',
        executionId: '<aws.scheduler.execution-id>',
      },
      retry: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 900 },
      deadLetters: this.planDeadLetters.queueArn,
    });
    const allow = (actions: string[], arn: string) =>
      role.addToPolicy(new PolicyStatement({ actions, resources: [arn] }));
    allow(['sqs:SendMessage'], this.planDeadLetters.queueArn);
    if (encryptionKey) allow(['kms:Decrypt', 'kms:GenerateDataKey'], encryptionKey.keyArn);
  }
}
