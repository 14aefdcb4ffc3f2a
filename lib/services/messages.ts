// lib/services/messages.ts: the texts of events of chosen severities, on a topic to subscribe to.

import { Aws } from 'aws-cdk-lib';
import { type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RestoreFinding } from '../../functions/events/model/event.ts';
import { defined } from '../../functions/platform/defined.ts';
import { EVENT_SOURCE } from '../../functions/schema/words.ts';
import { deadLetters } from '../compute/queue.ts';
import type { Settings } from '../settings/settings.ts';

export interface MessagesProps {
  /** CloudFormation refuses one that doesn't exist. */
  readonly bus: IEventBus;
  readonly settings: Pick<Settings, 'messageSeverities' | 'messageEmail' | 'messageTopic'>;
  /** Of the topic that is made and of the queue. @default a key that SQS owns, and none for the topic */
  readonly encryptionKey?: IKey | undefined;
}

export class Messages extends Construct {
  /** The existing one, if any; and one that is made if there is none, or for the e-mail address. */
  readonly topics: readonly ITopic[];
  /** Events whose message could not be delivered. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, props: MessagesProps) {
    super(scope, id);
    const { bus, settings, encryptionKey } = props;
    const { messageSeverities: severities, messageEmail: email, messageTopic } = settings;
    const existing = messageTopic ? [Topic.fromTopicArn(this, 'Existing', messageTopic)] : [];
    const own = email || existing.length === 0 ? [this.#topic(email, encryptionKey)] : [];
    this.topics = [...existing, ...own];
    this.undelivered = deadLetters(this, 'Undelivered', 'a rule on the event bus', encryptionKey);

    const publisher = this.#publisher(encryptionKey);
    const message = RuleTargetInput.fromEventPath(MESSAGE);
    const to = { message, role: publisher.withoutPolicyUpdates(), deadLetterQueue: this.undelivered };
    const rule = new Rule(this, 'Rule', {
      description: `Messages of the Atlas Restore Ledger: ${severities.join(', ')}`,
      eventBus: bus,
      eventPattern: { source: [EVENT_SOURCE], detail: { severity: [...severities] } },
      targets: this.topics.map((each) => new SnsTopic(each, to)),
    });
    rule.node.addDependency(publisher); // EventBridge doesn't retry what the role may not publish yet
  }

  #topic(email: string, masterKey: IKey | undefined) {
    const topic = new Topic(this, 'Topic', { enforceSSL: true, ...defined({ masterKey }) });
    if (email) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /**
   * A role rather than policies of the topic and its key: those of an existing one aren't ours to change, and to an encrypted
   * topic EventBridge as a service can't be let in for this account only.
   */
  #publisher(encryptionKey: IKey | undefined) {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const allow = (actions: string[], resources: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    allow(
      ['sns:Publish'],
      this.topics.map(({ topicArn }) => topicArn),
    );
    if (encryptionKey) allow(['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);
    return role;
  }
}

/** The text alone. EventBridge sends it as a JSON string. */
const MESSAGE = '$.detail.message' satisfies `$.detail.${keyof RestoreFinding}`;
