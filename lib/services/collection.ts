// lib/services/collection.ts is the way from the clock to the table: schedule, plan, queue, collect.
import { Aws, Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import { heapOptions } from '../compute/heap.ts';
import { type FunctionDefaults, NodeFunction } from '../compute/node-function.ts';
import { deadLetters, queue } from '../compute/queue.ts';
import type { AtlasCredentials } from '../data/credentials.ts';
import type { LedgerTable } from '../data/table.ts';
import { rulesJson } from '../settings/rules.ts';

export interface CollectionProps {
  /** Where jobs, coverage and runs are kept. */
  readonly table: LedgerTable;
  readonly credentials: AtlasCredentials;
  /** What its metrics are called by. */
  readonly ledgerName: string;
  /** A rate or cron expression of EventBridge Scheduler. @default 'rate(15 minutes)' */
  readonly schedule?: string | undefined;
  /** Of a cron expression. @default 'UTC' */
  readonly timeZone?: string | undefined;
  /** Kinds of restore job to read. @default all */
  readonly kinds?: readonly string[] | undefined;
  /** Projects to read, as patterns of names. @default every one */
  readonly includeProjects?: readonly string[] | undefined;
  /** @default none */
  readonly excludeProjects?: readonly string[] | undefined;
  /** Clusters to read, as patterns of names. @default every one */
  readonly includeClusters?: readonly string[] | undefined;
  /** @default none */
  readonly excludeClusters?: readonly string[] | undefined;
  /** @default 'https://cloud.mongodb.com' */
  readonly atlasBaseUrl?: string | undefined;
  /** Between two readings of every list to its end. @default Duration.hours(24) */
  readonly fullReadEvery?: Duration | undefined;
  /** Until a project with a running restore is looked at again; zero: never. @default Duration.seconds(60) */
  readonly followAfter?: Duration | undefined;
  /** What restores are held against. @default DEFAULT_RULES of functions/restore/rules/rules.ts, field by field */
  readonly rules?: Partial<Rules> | undefined;
  /** A restore that ended longer ago than this when it is first seen emits no events. @default Duration.hours(24) */
  readonly maxEventAge?: Duration | undefined;
  /** How long runs are kept. @default Duration.days(90) */
  readonly runRetention?: Duration | undefined;
  /** Projects read at the same time, 2 to 1,000. @default 5 */
  readonly concurrency?: number | undefined;
  /** Of the collect function. @default Duration.seconds(120) */
  readonly timeout?: Duration | undefined;
  /** Failures of one task before it goes to the dead-letter queue. @default 3 */
  readonly maxReceives?: number | undefined;
  /** @default 256 */
  readonly planMemoryMb?: number | undefined;
  /** @default 512 */
  readonly collectMemoryMb?: number | undefined;
  /** Of the queues. @default keys that SQS owns */
  readonly encryptionKey?: IKey | undefined;
  /** Where calls leave from. @default Lambda's own network */
  readonly vpc?: IVpc | undefined;
  readonly defaults?: FunctionDefaults | undefined;
}

/** Runs everything on a schedule. A task that fails is retried, then kept in the dead-letter queue. */
export class Collection extends Construct {
  readonly plan: NodeFunction;
  readonly collect: NodeFunction;
  /** Tasks: one project each. */
  readonly queue: Queue;
  /** Tasks that failed too often. */
  readonly deadLetters: Queue;
  /** Events that no run could be made of. */
  readonly planDeadLetters: Queue;

  constructor(scope: Construct, id: string, props: CollectionProps) {
    super(scope, id);
    const { table, credentials, encryptionKey, vpc, defaults, timeout = Duration.seconds(120) } = props;
    const { concurrency = 5, maxReceives = 3, planMemoryMb = 256, collectMemoryMb = 512 } = props;

    this.deadLetters = queue(this, 'DeadLetters', {}, encryptionKey);
    const planDeadLettersOf = 'the schedule and of the plan function';
    this.planDeadLetters = deadLetters(this, 'PlanDeadLetters', planDeadLettersOf, encryptionKey);
    const deadLetterQueue = { queue: this.deadLetters, maxReceiveCount: maxReceives };
    // Six times the function's timeout is AWS's advice: time for retries where the function is throttled.
    const visibilityTimeout = Duration.seconds(timeout.toSeconds() * 6);
    this.queue = queue(this, 'Queue', { visibilityTimeout, deadLetterQueue }, encryptionKey);

    const common = { vpc, defaults };
    const planTimeout = Duration.minutes(5);
    this.plan = new NodeFunction(this, 'Plan', {
      ...common,
      handler: 'plan',
      description: 'Lists the Atlas projects and queues a task for each',
      timeout: planTimeout,
      memoryMb: planMemoryMb,
      environment: {
        ...this.#environment(props),
        INCLUDE_PROJECTS: props.includeProjects?.join(','),
        EXCLUDE_PROJECTS: props.excludeProjects?.join(','),
      },
    });
    this.collect = new NodeFunction(this, 'Collect', {
      ...common,
      handler: 'collect',
      description: "Brings one Atlas project's restore jobs and coverage up to date",
      timeout,
      memoryMb: collectMemoryMb,
      nodeOptions: heapOptions(collectMemoryMb),
      environment: {
        ...this.#environment(props),
        KINDS: props.kinds?.join(','),
        INCLUDE_CLUSTERS: props.includeClusters?.join(','),
        EXCLUDE_CLUSTERS: props.excludeClusters?.join(','),
        FULL_READ_HOURS: props.fullReadEvery?.toHours().toString(),
        FOLLOW_SECONDS: props.followAfter?.toSeconds().toString(),
        RULES: rulesJson(props.rules ?? {}),
        MAX_EVENT_AGE_HOURS: props.maxEventAge?.toHours().toString(),
      },
    });

    table.grant(this.plan, ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['feed']);
    table.grant(this.collect, ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byCluster']);
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
      maxConcurrency: concurrency,
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

  #environment({ table, credentials, atlasBaseUrl, runRetention, ledgerName }: CollectionProps) {
    return {
      TABLE_NAME: table.tableName,
      ATLAS_SECRET_ID: credentials.secretIds.join(','),
      MONGODB_ATLAS_BASE_URL: atlasBaseUrl,
      COLLECT_QUEUE_URL: this.queue.queueUrl,
      RUN_RETENTION_DAYS: runRetention?.toDays().toString(),
      LEDGER_NAME: ledgerName,
    };
  }

  /** Not by the L2 target: it also grants every version of the function, by a wildcard. */
  #schedule({ schedule = 'rate(15 minutes)', timeZone = 'UTC', encryptionKey }: CollectionProps) {
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const allow = (actions: string[], arn: string) =>
      role.addToPolicy(new PolicyStatement({ actions, resources: [arn] }));
    allow(['lambda:InvokeFunction'], this.plan.function.functionArn);
    allow(['sqs:SendMessage'], this.planDeadLetters.queueArn);
    if (encryptionKey) allow(['kms:Decrypt', 'kms:GenerateDataKey'], encryptionKey.keyArn);

    const slot = new CfnSchedule(this, 'Schedule', {
      description: 'Collects every Atlas restore job',
      scheduleExpression: schedule,
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.plan.function.functionArn,
        roleArn: role.roleArn,
        // functions/collector/plan/request.ts reads it; the scheduler fills in what is in angle brackets.
        input: JSON.stringify({
          trigger: 'schedule',
          scheduledAt: '<aws.scheduler.scheduled-time>',
          executionId: '<aws.scheduler.execution-id>',
        }),
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 900 },
        deadLetterConfig: { arn: this.planDeadLetters.queueArn },
      },
    });
    slot.node.addDependency(role);
  }
}
