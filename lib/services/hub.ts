// lib/services/hub.ts: the bus that spokes send to, and the function that keeps the hub's table.
import { Aws, Duration } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import { RECORD_SOURCE } from '../../functions/relay/record-event.ts';
import { EVENT_SOURCE } from '../../functions/schema/words.ts';
import { NodeFunction } from '../compute/node-function.ts';
import { deadLetters, letRulesSend, queue } from '../compute/queue.ts';
import { NEXT_COMES_SOON, scheduled } from '../compute/schedule.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Settings } from '../settings/settings.ts';

export interface HubProps {
  readonly table: LedgerTable;
  /** Of its bus, and the dimension of its metrics. */
  readonly ledgerName: string;
  readonly settings: Settings;
  /** Of the bus, the queues and the logs. @default keys that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

const TIMEOUT = Duration.minutes(1);
/** Tries, each six minutes after the one before: an hour of trouble with the table. */
const TRIES = 10;
/** As often as the gauges of an alarm are compared. */
export const HUB_CHECK_MINUTES = 10;

export class Hub extends Construct {
  readonly bus: IEventBus;
  /** Records that wait to be written. */
  readonly queue: Queue;
  /** Records that could not be written, or not read. */
  readonly deadLetters: Queue;
  /** Records that did not reach the queue. */
  readonly unqueued: Queue;
  readonly function: NodeFunction;

  constructor(scope: Construct, id: string, props: HubProps) {
    super(scope, id);
    const { ledgerName, settings, encryptionKey } = props;
    const description = 'Records and events of the spokes of an Atlas Restore Ledger';
    const own = new EventBus(this, 'Bus', {
      eventBusName: ledgerName,
      description,
      ...defined({ kmsKey: encryptionKey }),
    });
    this.bus = own as unknown as IEventBus; // they differ in how an absent policy is spelled
    this.#letIn(settings);
    this.deadLetters = queue(this, 'DeadLetters', {}, encryptionKey);
    this.unqueued = deadLetters(this, 'Unqueued', 'the rule on the event bus', encryptionKey);
    const deadLetterQueue = { queue: this.deadLetters, maxReceiveCount: TRIES };
    const visibilityTimeout = Duration.seconds(TIMEOUT.toSeconds() * 6);
    this.queue = queue(this, 'Queue', { visibilityTimeout, deadLetterQueue }, encryptionKey);
    this.#rule();
    this.function = this.#function(props);
    scheduled(this, { role: 'CheckRole', schedule: 'Checks' }, this.function.function, {
      description: 'Checks which spokes are silent and what the hub does not hold, and counts the restores of each day',
      schedule: `rate(${HUB_CHECK_MINUTES} minutes)`,
      input: { trigger: 'check' },
      retry: NEXT_COMES_SOON,
    });
  }

  /** Accounts of the organization, or those that are named, or those of both; and only our events. */
  #letIn({ organizationId, spokeAccounts }: Settings) {
    const accounts = spokeAccounts.map((account) => `arn:${Aws.PARTITION}:iam::${account}:root`);
    new CfnEventBusPolicy(this, 'Spokes', {
      eventBusName: this.bus.eventBusName,
      statementId: 'Spokes',
      statement: {
        Sid: 'Spokes',
        Effect: 'Allow',
        Principal: { AWS: accounts.length > 0 ? accounts : '*' },
        Action: 'events:PutEvents',
        Resource: this.bus.eventBusArn,
        Condition: {
          ...(organizationId && { StringEquals: { 'aws:PrincipalOrgID': organizationId } }),
          'ForAllValues:StringEquals': { 'events:source': [RECORD_SOURCE, EVENT_SOURCE] },
          Null: { 'events:source': 'false' }, // "for all" is also true of none
        },
      },
    });
  }

  #rule() {
    letRulesSend(this.bus, [this.queue, this.unqueued]);
    const rule = new Rule(this, 'Rule', {
      description: "Records of spokes, for the hub's table",
      eventBus: this.bus,
      eventPattern: { source: [RECORD_SOURCE] },
      targets: [{ bind: () => ({ arn: this.queue.queueArn, deadLetterConfig: { arn: this.unqueued.queueArn } }) }],
    });
    rule.node.addDependency(this.queue, this.unqueued);
  }

  #function({ table, ledgerName, settings, encryptionKey }: HubProps): NodeFunction {
    const hub = new NodeFunction(this, 'Writer', {
      handler: 'hub',
      description: 'Writes the records of spokes into the table of the hub',
      timeout: TIMEOUT,
      memoryMb: settings.notifyMemoryMb,
      environment: {
        TABLE_NAME: table.tableName,
        LEDGER_NAME: ledgerName,
        ORGANIZATION_ID: settings.organizationId,
        SPOKE_ACCOUNTS: settings.spokeAccounts.join(','),
      },
      settings,
      encryptionKey,
    });
    table.grant(hub, ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'], ['byStatus', 'feed']);
    hub.allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [this.queue.queueArn]);
    if (encryptionKey) hub.allow(['kms:Decrypt'], [encryptionKey.keyArn]);
    const records = new EventSourceMapping(this, 'Records', {
      target: hub.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 20,
      reportBatchItemFailures: true,
    });
    records.node.addDependency(hub.role); // Lambda checks at creation that the role may read the queue
    return hub;
  }
}
