// lib/monitoring/monitoring.ts: alarms, whom they notify, and a dashboard.
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { LedgerTable } from '../data/table.ts';
import type { Api } from '../services/api.ts';
import type { ChangeFeed } from '../services/change-feed.ts';
import type { Collection } from '../services/collection.ts';
import type { Evidence } from '../services/evidence.ts';
import type { Forwarding } from '../services/forwarding.ts';
import type { Lake } from '../services/lake.ts';
import type { Messages } from '../services/messages.ts';
import type { Reports } from '../services/reports.ts';
import type { Retention } from '../services/retention.ts';
import { gapsOf } from '../settings/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import { Alarms, FIVE_MINUTES } from './alarms.ts';
import { Checks } from './checks.ts';
import { LedgerDashboard } from './dashboard.ts';
import { expectationOf } from './expectation.ts';
import { alarmTopics, missingRecipients, warnOfTwoSenders } from './recipients.ts';

export interface MonitoringProps {
  readonly ledgerName: string;
  readonly table: LedgerTable;
  readonly collection: Collection;
  readonly retention: Retention | undefined;
  readonly lake: Lake | undefined;
  readonly evidence: Evidence | undefined;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  /** Of a spoke. */
  readonly forwarding: Forwarding | undefined;
  readonly api: Api | undefined;
  readonly reports: Reports | undefined;
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
    const {
      ledgerName,
      table,
      collection,
      retention,
      lake,
      evidence,
      changeFeed,
      messages,
      forwarding,
      api,
      reports,
      settings,
      encryptionKey,
    } = props;
    const { alarmAfterMinutes, runbookUrl } = settings;
    const gaps = gapsOf(settings.schedule, settings.timeZone);
    const { overdueMinutes, runsToAlarm } = expectationOf(gaps);
    const expectation = { overdueMinutes: alarmAfterMinutes || overdueMinutes, runsToAlarm };
    const checks = new Checks(this, 'Checks', { plan: collection.plan.function, runsToAlarm, settings });
    const topics = alarmTopics(this, settings, encryptionKey);
    this.missingRecipients = missingRecipients(this, settings);
    warnOfTwoSenders(this, settings);
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
      lake,
      evidence,
      reports,
      deadLetters,
      planDeadLetters,
      unpublished,
      undelivered,
      notForwarded: forwarding?.notForwarded,
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
}
