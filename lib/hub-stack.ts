// lib/hub-stack.ts: a hub on one screen: one view of the ledgers of many AWS accounts.
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Backup } from './data/backup.ts';
import { LedgerTable } from './data/table.ts';
import { HubAlarms } from './monitoring/hub-alarms.ts';
import { HubDashboard } from './monitoring/hub-dashboard.ts';
import { Api } from './services/api.ts';
import { Hub } from './services/hub.ts';
import { Messages } from './services/messages.ts';
import { checkPlace, completeSettings } from './settings/read-settings.ts';
import { existingTableOf, removalPolicyOf, type Settings } from './settings/settings.ts';
import { backupOf, encryptionKeyOf, stackPropsOf, validateTemplate } from './stack-parts.ts';

export interface HubStackProps extends StackProps {
  /** As docs/settings.md lists them, with role=hub. @default the default of each */
  readonly settings?: Partial<Settings> | undefined;
}

/** It collects nothing itself: spokes send what they record. */
export class HubStack extends Stack {
  readonly table: LedgerTable;
  readonly backup: Backup | undefined;
  readonly hub: Hub;
  readonly messages: Messages;
  readonly api: Api | undefined;
  readonly alarms: HubAlarms;
  readonly dashboard: HubDashboard | undefined;

  constructor(scope: Construct, id: string, { settings: given = {}, ...props }: HubStackProps = {}) {
    const settings = completeSettings({ ...given, role: 'hub' });
    super(scope, id, {
      description: 'One view of the MongoDB Atlas restore ledgers of many AWS accounts',
      ...stackPropsOf(settings, given),
      ...props,
    });
    checkPlace(settings, this);
    const ledgerName = this.stackName;
    const removalPolicy = removalPolicyOf(settings);
    const encryptionKey = encryptionKeyOf(this, settings);
    const common = { ledgerName, settings, encryptionKey };

    const existing = existingTableOf(settings);
    this.table = new LedgerTable(this, 'Ledger', { existing, encryptionKey, removalPolicy });
    const { table } = this;
    this.backup = backupOf(this, settings, table, encryptionKey);
    this.hub = new Hub(this, 'Hub', { ...common, table });
    if (settings.httpApi !== 'none') this.api = new Api(this, 'Api', { settings, encryptionKey, table });
    const { hub, api } = this;
    const apiUrl = api?.edge.url;
    this.messages = new Messages(this, 'Messages', { settings, encryptionKey, table, bus: hub.bus, apiUrl });
    this.alarms = new HubAlarms(this, 'Alarms', { ...common, table, hub, messages: this.messages, api });
    const { messages, alarms } = this;
    if (settings.dashboard)
      this.dashboard = new HubDashboard(this, 'Dashboard', { ledgerName, hub, api, messages, alarms: alarms.all });
    this.#outputs();
    validateTemplate(this, () => this._toCloudFormation());
  }

  #outputs() {
    const { hub, messages, api, alarms, table } = this;
    const output = (id: string, description: string, value: string | undefined) => {
      if (value !== undefined) new CfnOutput(this, id, { description, value });
    };
    output('EventBusArn', 'For the setting hubBusArn of each spoke', hub.bus.eventBusArn);
    output('ApiUrl', 'GET /restore-jobs here', api?.edge.url);
    output('ApiDomainTarget', "For the DNS record of the API's domain name: CNAME, or alias", api?.edge.domainTarget);
    output('TableName', 'The ledger itself', table.tableName);
    output('QueueUrl', 'Records of spokes', hub.queue.queueUrl);
    output('DeadLetterQueueUrl', 'Records that could not be written', hub.deadLetters.queueUrl);
    output('UnqueuedQueueUrl', 'Records that did not reach the queue', hub.unqueued.queueUrl);
    output('MessageTopicArn', 'Messages for people; subscribe to it', messages.topics.at(-1)?.topicArn);
    output('UndeliveredQueueUrl', 'Events whose message could not be delivered', messages.undelivered.queueUrl);
    output('DashboardUrl', 'CloudWatch dashboard', this.dashboard?.url);
    output('NobodyNotified', 'What nobody is notified of, and the settings that change it', alarms.missingRecipients);
  }
}
