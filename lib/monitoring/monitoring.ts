// lib/monitoring/monitoring.ts: alarms, whom they notify, and a dashboard.
import { Annotations, Aws, Duration } from 'aws-cdk-lib';
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
import type { Retention } from '../services/retention.ts';
import { gapsOf } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import { Alarms, FIVE_MINUTES } from './alarms.ts';
import { Checks } from './checks.ts';
import { LedgerDashboard } from './dashboard.ts';
import { expectationOf } from './expectation.ts';

export interface MonitoringProps {
  readonly ledgerName: string;
  readonly table: LedgerTable;
  readonly collection: Collection;
  readonly retention: Retention | undefined;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly api: Api | undefined;
  readonly settings: Settings;
  /** Of the topic that is made. @default none: CloudWatch can't use the key that SNS has by default */
  readonly encryptionKey?: IKey | undefined;
}

/** Of the points of a graph. */
const MAX_SLOT = 24 * 60;

export class Monitoring extends Construct {
  readonly dashboard: LedgerDashboard | undefined;
  /** Settings without which nobody is notified, in words; undefined where somebody is. */
  readonly missingRecipients: string | undefined;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { ledgerName, table, collection, retention, changeFeed, messages, api, settings, encryptionKey } = props;
    const { alarmAfterMinutes, alarmEmail, alarmTopic, runbookUrl } = settings;
    const gaps = gapsOf(settings.schedule, settings.timeZone);
    const { overdueMinutes, runsToAlarm } = expectationOf(gaps);
    const expectation = { overdueMinutes: alarmAfterMinutes || overdueMinutes, runsToAlarm };
    const checks = new Checks(this, 'Checks', { plan: collection.plan.function, runsToAlarm, settings });
    const topics = [
      ...(alarmTopic ? [Topic.fromTopicArn(this, 'Existing', alarmTopic)] : []),
      ...(alarmEmail ? [this.#mail(alarmEmail, encryptionKey)] : []),
    ];
    this.missingRecipients = this.#missingRecipients(settings);
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
      retention: retention?.retention.function,
      deadLetters,
      planDeadLetters,
      unpublished,
      undelivered,
      expectation,
      checks,
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
        slot: Duration.minutes(Math.min(Math.ceil(gaps?.longestMinutes ?? MAX_SLOT), MAX_SLOT)),
      });
    }
  }

  /** Each with a warning, which `Annotations.of(stack).acknowledgeWarning(id)` silences. */
  #missingRecipients({ alarmEmail, alarmTopic, messageEmail, messageTopic }: Settings): string | undefined {
    const missing = [
      { id: 'alarms', what: 'Alarms', settings: 'alarmEmail or alarmTopic', given: alarmEmail || alarmTopic },
      {
        id: 'messages',
        what: 'Messages about restores',
        settings: 'messageEmail or messageTopic',
        given: messageEmail || messageTopic,
      },
    ].filter(({ given }) => !given);
    for (const { id, what, settings } of missing) {
      const text = `${what} notify nobody: set ${settings} (docs/deploy.md#who-is-notified).`;
      Annotations.of(this).addWarningV2(`atlas-restore-ledger:nobody-notified-of-${id}`, text);
    }
    return missing.map(({ what, settings }) => `${what}: set ${settings}`).join('. ') || undefined;
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
