// lib/monitoring/hub-alarms.ts: the alarms of a hub, and whom they notify.
import { Duration } from 'aws-cdk-lib';
import { type Alarm, type AlarmProps, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LedgerTable } from '../data/table.ts';
import type { Api } from '../services/api.ts';
import { HUB_CHECK_MINUTES, type Hub } from '../services/hub.ts';
import type { Messages } from '../services/messages.ts';
import type { Settings } from '../settings/settings.ts';
import { FIVE_MINUTES, ledgerMetric, notifyingAlarm } from './alarms.ts';
import { alarmTopics, missingRecipients } from './recipients.ts';

export interface HubAlarmsProps {
  readonly ledgerName: string;
  readonly table: LedgerTable;
  readonly hub: Hub;
  readonly messages: Messages;
  readonly api: Api | undefined;
  readonly settings: Settings;
  readonly encryptionKey?: IKey | undefined;
}

/** Two checks, as one may come a little late. */
const CHECKED = Duration.minutes(2 * HUB_CHECK_MINUTES);

export class HubAlarms extends Construct {
  readonly all: Alarm[] = [];
  readonly missingRecipients: string | undefined;

  constructor(scope: Construct, id: string, props: HubAlarmsProps) {
    super(scope, id);
    const { ledgerName, table, hub, messages, api, settings, encryptionKey } = props;
    const topics = alarmTopics(this, settings, encryptionKey);
    const { runbookUrl } = settings;
    this.missingRecipients = missingRecipients(this, settings);
    const add = (name: string, what: string, alarm: Pick<AlarmProps, 'metric'> & Partial<AlarmProps>) =>
      this.all.push(notifyingAlarm(this, name, what, alarm, { runbookUrl, topics }));
    const waiting = (queue: IQueue) => ({
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
    });

    add('SpokeSilent', 'No run of a spoke was heard of for longer than its schedule explains, or nothing checks it.', {
      metric: ledgerMetric(ledgerName, 'SpokesSilent', Stats.MAXIMUM, CHECKED),
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING, // no checks: the one alarm that must not stay quiet then
    });
    add('HubBehind', 'For an hour, the hub does not hold all that its spokes have on record.', {
      metric: ledgerMetric(ledgerName, 'ProjectsBehind', Stats.MINIMUM, CHECKED),
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.IGNORE,
    });
    add('RecordsDeadLettered', 'Records of spokes could not be read, or not written; a queue keeps them.', {
      ...waiting(hub.deadLetters),
    });
    add('RecordsUnqueued', 'Records of spokes did not reach the queue of the hub; another keeps them.', {
      ...waiting(hub.unqueued),
    });
    add('HubErrors', 'The hub function fails, or runs out of time or memory.', {
      metric: hub.function.function.metricErrors({ period: FIVE_MINUTES }),
    });
    add('MessagesUndelivered', 'A message did not reach its topic; its event is in a queue.', {
      ...waiting(messages.undelivered),
    });
    if (api)
      add('ApiErrors', 'The HTTP API answers with errors of its own.', { metric: api.edge.serverErrors(FIVE_MINUTES) });
    for (const Operation of ['PutItem', 'UpdateItem']) {
      add(`Throttled${Operation}`, 'DynamoDB throttles writes to the table.', {
        metric: new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'ThrottledRequests',
          dimensionsMap: { TableName: table.tableName, Operation },
          statistic: Stats.SUM,
          period: FIVE_MINUTES,
        }),
        evaluationPeriods: 3,
      });
    }
  }
}
