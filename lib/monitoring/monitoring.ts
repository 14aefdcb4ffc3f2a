// lib/monitoring/monitoring.ts watches the rest of the stack: alarms, whom they tell, and a dashboard.
import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { minutesBetween } from '../compute/schedule.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Api } from '../services/api.ts';
import type { ChangeFeed } from '../services/change-feed.ts';
import type { Collection } from '../services/collection.ts';
import type { Messages } from '../services/messages.ts';
import { Alarms } from './alarms.ts';
import { LedgerDashboard } from './dashboard.ts';

export interface MonitoringProps {
  readonly ledgerName: string;
  readonly table: LedgerTable;
  readonly collection: Collection;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly api: Api;
  /** What the collection runs by. @default 'rate(15 minutes)' */
  readonly schedule?: string | undefined;
  /** Time without a complete run after which an alarm rings. @default three runs of a rate, 26 hours of a cron */
  readonly alarmAfter?: Duration | undefined;
  /** Told of alarms, by a topic that is made for it. @default nobody */
  readonly email?: string | undefined;
  /** Told of alarms. @default none */
  readonly topic?: ITopic | undefined;
  /** Of the topic that is made. @default none: CloudWatch can't use the key that SNS has by default */
  readonly encryptionKey?: IKey | undefined;
  /** @default 'docs/operations.md' */
  readonly runbookUrl?: string | undefined;
  /** @default true */
  readonly dashboard?: boolean | undefined;
}

const CRON_SILENCE = Duration.hours(26);

export class Monitoring extends Construct {
  readonly dashboard: LedgerDashboard | undefined;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const {
      ledgerName,
      table,
      collection,
      changeFeed,
      messages,
      api,
      schedule = 'rate(15 minutes)',
      dashboard = true,
    } = props;
    const { email, topic, encryptionKey, runbookUrl = 'docs/operations.md' } = props;
    const between = minutesBetween(schedule);
    const slot = Duration.minutes(between ?? 60);
    const { alarmAfter = between === undefined ? CRON_SILENCE : Duration.minutes(Math.min(between * 3, 10_080)) } =
      props;

    const topics = [...(topic ? [topic] : []), ...(email ? [this.#mail(email, encryptionKey)] : [])];
    const { deadLetters, planDeadLetters, queue } = collection;
    const [plan, collect] = [collection.plan.function, collection.collect.function];
    const notify = changeFeed.notify.function;
    const { unpublished } = changeFeed;
    const { undelivered } = messages;
    const { all: alarms } = new Alarms(this, 'Alarms', {
      ledgerName,
      tableName: table.tableName,
      apiId: api.api.apiId,
      plan,
      collect,
      notify,
      deadLetters,
      planDeadLetters,
      unpublished,
      undelivered,
      slot,
      silence: alarmAfter,
      topics,
      runbookUrl,
    });
    if (dashboard) {
      const functions = { plan, collect, notify, api: api.function.function };
      this.dashboard = new LedgerDashboard(this, 'Dashboard', {
        ledgerName,
        functions,
        queue,
        deadLetters,
        unpublished,
        undelivered,
        alarms,
        slot,
      });
    }
  }

  #mail(address: string, masterKey?: IKey) {
    const topic = new Topic(this, 'Topic', { enforceSSL: true, ...(masterKey ? { masterKey } : {}) });
    topic.addSubscription(new EmailSubscription(address));
    // A policy of our own takes the place of SNS's, which lets the account's alarms in.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    return topic;
  }
}
