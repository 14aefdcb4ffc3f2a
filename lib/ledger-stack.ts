// lib/ledger-stack.ts: the whole system on one screen.
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { firstZones, Network } from './compute/network.ts';
import { existingPlacement } from './compute/placement.ts';
import type { Backup } from './data/backup.ts';
import { AtlasCredentials } from './data/credentials.ts';
import { LedgerTable } from './data/table.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { outputs } from './outputs.ts';
import { Api } from './services/api.ts';
import { ChangeFeed } from './services/change-feed.ts';
import { Collection } from './services/collection.ts';
import { Evidence } from './services/evidence.ts';
import { Forwarding } from './services/forwarding.ts';
import { Lake } from './services/lake.ts';
import { Messages } from './services/messages.ts';
import { Reports } from './services/reports.ts';
import { Retention } from './services/retention.ts';
import { checkPlace, completeSettings } from './settings/read-settings.ts';
import { SettingsError } from './settings/setting.ts';
import { existingTableOf, removalPolicyOf, type Settings } from './settings/settings.ts';
import { backupOf, encryptionKeyOf, stackPropsOf, validateTemplate } from './stack-parts.ts';

export interface LedgerStackProps extends StackProps {
  /** As docs/settings.md lists them. The stack's own props take precedence. @default the default of each */
  readonly settings?: Partial<Settings> | undefined;
  /** For the functions that call Atlas. @default the settings `vpcId` or `fixedAddresses`, else Lambda's own network */
  readonly vpc?: IVpc | undefined;
  /** Of `vpc`. @default its private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection | undefined;
}

/** One ledger. Deploy one in each account and region; several in one need names of their own. */
export class LedgerStack extends Stack {
  readonly table: LedgerTable;
  readonly backup: Backup | undefined;
  readonly credentials: AtlasCredentials;
  readonly network: Network | undefined;
  readonly collection: Collection;
  /** Undefined: jobs are kept forever. */
  readonly retention: Retention | undefined;
  /** Undefined: nothing is written to a lake. */
  readonly lake: Lake | undefined;
  /** Undefined: histories are not anchored, and no reports are kept. */
  readonly evidence: Evidence | undefined;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  /** Of a spoke. */
  readonly forwarding: Forwarding | undefined;
  readonly api: Api | undefined;
  /** Undefined: the API makes no reports that take longer than an answer may. */
  readonly reports: Reports | undefined;
  readonly monitoring: Monitoring;

  constructor(
    scope: Construct,
    id: string,
    { settings: given = {}, vpc, vpcSubnets, ...props }: LedgerStackProps = {},
  ) {
    const settings = completeSettings(given);
    if (settings.role === 'hub')
      throw new SettingsError('role: got "hub", allowed: single or spoke; a hub is a HubStack');
    super(scope, id, {
      description: 'Keeps the history of every MongoDB Atlas restore job',
      ...stackPropsOf(settings, given),
      ...props,
    });
    if (vpc && (settings.fixedAddresses > 0 || settings.vpcId !== ''))
      throw new SettingsError('vpc: got the prop with fixedAddresses or vpcId, allowed: one of the three');
    checkPlace(settings, this);
    const ledgerName = this.stackName;
    const removalPolicy = removalPolicyOf(settings);
    const encryptionKey = encryptionKeyOf(this, settings);
    const common = { ledgerName, settings, encryptionKey };

    const existing = existingTableOf(settings);
    this.table = new LedgerTable(this, 'Ledger', { existing, encryptionKey, removalPolicy });
    this.backup = backupOf(this, settings, this.table, encryptionKey);
    this.credentials = new AtlasCredentials(this, 'Credentials', {
      existing: settings.secrets,
      existingKeys: settings.secretKeys,
      encryptionKey,
      removalPolicy,
    });
    this.network = settings.fixedAddresses > 0 ? new Network(this, 'Network', common) : undefined;
    const { network } = this;
    const own = network ? { vpc: network.vpc } : existingPlacement(this, settings);
    const { table, credentials } = this;
    this.collection = new Collection(this, 'Collection', {
      ...common,
      ...(vpc ? { vpc, vpcSubnets } : own),
      table,
      credentials,
    });
    if (settings.jobRetentionDays > 0) this.retention = new Retention(this, 'Retention', { ...common, table });
    if (settings.lakeBucket !== '') this.lake = new Lake(this, 'Lake', { ...common, table });
    if (settings.evidenceBucket !== '') this.evidence = new Evidence(this, 'Evidence', { ...common, table });
    this.changeFeed = new ChangeFeed(this, 'ChangeFeed', { ...common, table });
    if (settings.httpApi !== 'none')
      this.api = new Api(this, 'Api', { settings, encryptionKey, table, plan: this.collection.plan });
    if (this.evidence && this.api) {
      this.reports = new Reports(this, 'Reports', { settings, encryptionKey, table, evidence: this.evidence });
      this.reports.grantRequest(this.api.function);
    }
    const [bus, apiUrl] = [this.changeFeed.bus, this.api?.edge.url];
    this.messages = new Messages(this, 'Messages', { ...common, table, bus, apiUrl });
    const { hubBusArn } = settings;
    if (settings.role === 'spoke')
      this.forwarding = new Forwarding(this, 'Forwarding', { bus, ledgerName, hubBusArn, encryptionKey });
    const { collection, retention, lake, evidence, changeFeed, messages, forwarding, api, reports } = this;
    this.monitoring = new Monitoring(this, 'Monitoring', {
      ...common,
      ...{ table, collection, retention, lake, evidence, changeFeed, messages, forwarding, api, reports },
    });
    outputs(this);
    validateTemplate(this, () => this._toCloudFormation());
  }

  /** Without a lookup, which would take credentials. */
  override get availabilityZones(): string[] {
    return firstZones(3);
  }
}
