// lib/services/forwarding.ts: from a spoke's bus to its hub's.
import { Aws } from 'aws-cdk-lib';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { RECORD_SOURCE } from '../../functions/relay/record-event.ts';
import { EVENT_SOURCE } from '../../functions/schema/words.ts';
import { publishedBy } from '../compute/published-by.ts';
import { deadLetters, letRulesSend } from '../compute/queue.ts';

export interface ForwardingProps {
  readonly bus: IEventBus;
  /** Whose records and events are sent. */
  readonly ledgerName: string;
  readonly hubBusArn: string;
  /** Of the dead-letter queue. @default a key that SQS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** The records for the hub's table, and the events for whoever listens there. */
export class Forwarding extends Construct {
  /** Events that did not reach the hub. */
  readonly notForwarded: Queue;

  constructor(scope: Construct, id: string, { bus, ledgerName, hubBusArn, encryptionKey }: ForwardingProps) {
    super(scope, id);
    this.notForwarded = deadLetters(this, 'NotForwarded', 'the rule that sends events to the hub', encryptionKey);
    letRulesSend(bus, [this.notForwarded]);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [hubBusArn] }));
    const rule = new Rule(this, 'Rule', {
      description: 'Sends the records and events of the Atlas Restore Ledger to its hub',
      eventBus: bus,
      eventPattern: { source: [RECORD_SOURCE, EVENT_SOURCE], detail: publishedBy(ledgerName) },
      targets: [{ bind: () => ({ arn: hubBusArn, role, deadLetterConfig: { arn: this.notForwarded.queueArn } }) }],
    });
    rule.node.addDependency(this.notForwarded, role);
  }
}
