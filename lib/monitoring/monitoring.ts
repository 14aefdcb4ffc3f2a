// lib/monitoring/monitoring.ts: alarms, whom they notify, and a dashboard.
import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Api } from '../services/api.ts';
import type { ChangeFeed } from '../services/change-feed.ts';
import type { Collection } from '../services/collection.ts';
import type { Messages } from '../services/messages.ts';
import { minutesBetween } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import { Alarms, FIVE_MINUTES } from './alarms.ts';
import { LedgerDashboard } from './dashboard.ts';

export interface MonitoringProps {
  readonly ledgerName: string;
  readonly table: LedgerTable;
  readonly collection: Collection;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly api: Api | undefined;
  readonly settings: Settings;
  /** Of the topic that is made. @default none: CloudWatch can't use the key that SNS has by default */
  readonly encryptionKey?: IKey | undefined;
}

const CRON_SILENCE_MINUTES = 26 * 60;

export class Monitoring extends Construct {
  readonly dashboard: LedgerDashboard | undefined;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { ledgerName, table, collection, changeFeed, messages, api, settings, encryptionKey } = props;
    const { alarmAfterMinutes, alarmEmail, alarmTopic, runbookUrl } = settings;
    const between = minutesBetween(settings.schedule);
    const slot = Duration.minutes(between ?? 60);
    const silence = between === undefined ? CRON_SILENCE_MINUTES : Math.min(between * 3, 10_080);
    const topics = [
      ...(alarmTopic ? [Topic.fromTopicArn(this, 'Existing', alarmTopic)] : []),
      ...(alarmEmail ? [this.#mail(alarmEmail, encryptionKey)] : []),
    ];
    const { deadLetters, planDeadLetters, queue } = collection;
    const [plan, collect] = [collection.plan.function, collection.collect.function];
    const notify = changeFeed.notify.function;
    const { unpublished } = changeFeed;
    const { undelivered } = messages;
    const { all: alarms } = new Alarms(this, 'Alarms', {
      ledgerName,
      tableName: table.tableName,
      apiErrors: api?.edge.serverErrors(FIVE_MINUTES),
      plan,
      collect,
      notify,
      deadLetters,
      planDeadLetters,
      unpublished,
      undelivered,
      slot,
      silence: Duration.minutes(alarmAfterMinutes || silence),
      topics,
      runbookUrl,
    });
    if (settings.dashboard) {
      const functions = { plan, collect, notify, ...(api ? { api: api.function.function } : {}) };
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
    const topic = new Topic(this, 'Topic', { enforceSSL: true, ...defined({ masterKey }) });
    topic.addSubscription(new EmailSubscription(address));
    // Our policy replaces SNS's default, which lets the account's alarms publish.
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
