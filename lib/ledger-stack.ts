// lib/ledger-stack.ts puts the constructs together: the whole system on one screen.
import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Network, type NetworkProps } from './compute/network.ts';
import type { FunctionDefaults } from './compute/node-function.ts';
import { AtlasCredentials, type AtlasCredentialsProps } from './data/credentials.ts';
import { Encryption } from './data/encryption.ts';
import { LedgerTable } from './data/table.ts';
import { Monitoring, type MonitoringProps } from './monitoring/monitoring.ts';
import { outputs } from './outputs.ts';
import { Api, type ApiProps } from './services/api.ts';
import { ChangeFeed, type ChangeFeedProps } from './services/change-feed.ts';
import { Collection, type CollectionProps } from './services/collection.ts';
import { Messages, type MessagesProps } from './services/messages.ts';

type Without<Props, Wired extends PropertyKey> = Omit<
  Props,
  Wired | 'table' | 'defaults' | 'encryptionKey' | 'removalPolicy'
>;

export interface LedgerStackProps extends StackProps {
  /** @default one secret, to be filled in after the first deployment */
  readonly credentials?: Without<AtlasCredentialsProps, never> | undefined;
  /** @default everything, every 15 minutes */
  readonly collection?: Without<CollectionProps, 'credentials' | 'ledgerName' | 'vpc'> | undefined;
  /** @default an event bus of its own */
  readonly changeFeed?: Without<ChangeFeedProps, 'ledgerName' | 'maxEventAge'> | undefined;
  /** @default warnings and worse, to a topic without subscribers */
  readonly messages?:
    | (Without<MessagesProps, 'bus' | 'topic'> & { readonly topicArn?: string | undefined })
    | undefined;
  /** @default for AWS identities */
  readonly api?: Without<ApiProps, 'plan' | 'runRetention' | 'schedule'> | undefined;
  /** @default alarms that tell nobody, and a dashboard */
  readonly monitoring?:
    | (Without<
        MonitoringProps,
        'ledgerName' | 'collection' | 'changeFeed' | 'messages' | 'api' | 'schedule' | 'topic'
      > & {
        readonly topicArn?: string | undefined;
      })
    | undefined;
  /** Call Atlas from fixed addresses. @default Lambda's own network, from changing addresses */
  readonly network?: NetworkProps | undefined;
  /** 'new', or the ARN of a key, for all that holds data. @default keys that AWS owns */
  readonly encryption?: string | undefined;
  /** Of the table, the secret, the key and the logs. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
  readonly functions?: Omit<FunctionDefaults, 'removalPolicy'> | undefined;
}

/** One ledger. Deploy one for an account and region; several in one account need names of their own. */
export class LedgerStack extends Stack {
  readonly table: LedgerTable;
  readonly credentials: AtlasCredentials;
  readonly network: Network | undefined;
  readonly collection: Collection;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly api: Api;
  readonly monitoring: Monitoring;

  constructor(scope: Construct, id: string, props: LedgerStackProps = {}) {
    super(scope, id, props);
    const {
      removalPolicy = RemovalPolicy.RETAIN,
      collection = {},
      messages: { topicArn: messageTopicArn, ...messages } = {},
      monitoring: { topicArn, ...monitoring } = {},
    } = props;
    const ledgerName = this.stackName;
    const encryptionKey = this.#key(props.encryption, removalPolicy);
    const kept = { encryptionKey, removalPolicy };
    const defaults = { ...props.functions, removalPolicy };

    this.table = new LedgerTable(this, 'Ledger', kept);
    this.credentials = new AtlasCredentials(this, 'Credentials', { ...props.credentials, ...kept });
    this.network = props.network && new Network(this, 'Network', props.network);
    const { table, credentials, network } = this;
    this.collection = new Collection(this, 'Collection', {
      ...collection,
      table,
      credentials,
      ledgerName,
      encryptionKey,
      defaults,
      vpc: network?.vpc,
    });
    this.changeFeed = new ChangeFeed(this, 'ChangeFeed', {
      ...props.changeFeed,
      table,
      ledgerName,
      encryptionKey,
      defaults,
      maxEventAge: collection.maxEventAge,
    });
    this.messages = new Messages(this, 'Messages', {
      ...messages,
      bus: this.changeFeed.bus,
      encryptionKey,
      topic: messageTopicArn ? Topic.fromTopicArn(this, 'MessageTopic', messageTopicArn) : undefined,
    });
    this.api = new Api(this, 'Api', {
      ...props.api,
      table,
      plan: this.collection.plan,
      defaults,
      runRetention: collection.runRetention,
      schedule: collection.schedule,
    });
    this.monitoring = new Monitoring(this, 'Monitoring', {
      ...monitoring,
      ledgerName,
      table,
      encryptionKey,
      collection: this.collection,
      changeFeed: this.changeFeed,
      messages: this.messages,
      api: this.api,
      schedule: collection.schedule,
      topic: topicArn ? Topic.fromTopicArn(this, 'AlarmTopic', topicArn) : undefined,
    });
    outputs(this);
  }

  #key(encryption: string | undefined, removalPolicy: RemovalPolicy): IKey | undefined {
    if (encryption === undefined) return undefined;
    return encryption === 'new'
      ? new Encryption(this, 'Encryption', { removalPolicy }).key
      : Key.fromKeyArn(this, 'EncryptionKey', encryption);
  }
}
