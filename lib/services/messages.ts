// lib/services/messages.ts: messages for people, made from events of chosen severities, on a topic to subscribe to.
import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { messagePk } from '../../functions/ledger/table/keys.ts';
import { defined } from '../../functions/platform/defined.ts';
import { type DetailType, EVENT_SOURCE, type NoRequester } from '../../functions/schema/words.ts';
import { NodeFunction } from '../compute/node-function.ts';
import { publishedBy } from '../compute/published-by.ts';
import { deadLetters, letRulesSend, queue } from '../compute/queue.ts';
import type { LedgerTable } from '../data/table.ts';
import type { Settings } from '../settings/settings.ts';

export interface MessagesProps {
  /** CloudFormation refuses one that doesn't exist. */
  readonly bus: IEventBus;
  /** The function reads jobs and names of projects, and writes what was told, in items of its own. */
  readonly table: LedgerTable;
  readonly settings: Settings;
  /** Whose events become messages. @default those of all ledgers on the bus */
  readonly ledgerName?: string | undefined;
  /** Where messages link to, without a slash at its end. @default messages without links */
  readonly apiUrl?: string | undefined;
  /** Of the topic that is made and of the queues. @default a key that SQS owns, and none for the topic */
  readonly encryptionKey?: IKey | undefined;
}

const TIMEOUT = Duration.seconds(30);
/** Tries, a minute apart: half an hour until an event is given up, and the alarm goes off. */
const TRIES = 30;

export class Messages extends Construct {
  /** The existing one, if any; and one that is made if there is none, or for the e-mail address. */
  readonly topics: readonly ITopic[];
  /** Events that become messages, also those that wait for a requester. */
  readonly queue: Queue;
  /** Events whose message could not be delivered. */
  readonly undelivered: Queue;
  readonly message: NodeFunction;

  constructor(scope: Construct, id: string, props: MessagesProps) {
    super(scope, id);
    const { bus, settings, ledgerName, encryptionKey } = props;
    const own = ledgerName === undefined ? {} : publishedBy(ledgerName);
    const { messageSeverities: severities, messageEmail: email, messageTopic } = settings;
    const existing = messageTopic ? [Topic.fromTopicArn(this, 'Existing', messageTopic)] : [];
    const made = email || existing.length === 0 ? [this.#topic(email, encryptionKey)] : [];
    this.topics = [...existing, ...made];
    this.undelivered = deadLetters(this, 'Undelivered', 'the rules on the event bus and of the queue', encryptionKey);
    const deadLetterQueue = { queue: this.undelivered, maxReceiveCount: TRIES };
    this.queue = queue(this, 'Queue', { visibilityTimeout: Duration.minutes(1), deadLetterQueue }, encryptionKey);
    this.message = this.#function(props);

    letRulesSend(bus, [this.queue, this.undelivered]);
    this.#rule('Rule', bus, {
      description: `Messages of the Atlas Restore Ledger: ${severities.join(', ')}`,
      detail: { ...own, severity: [...severities] },
    });
    this.#rule('Requesters', bus, {
      description: 'Requesters that have become known, for messages of the Atlas Restore Ledger',
      detailType: ['Restore Job State Change' satisfies DetailType],
      detail: { ...own, change: { fields: { requester: { from: { reason: [...UNRESOLVED] } } } } },
    });
  }

  #topic(email: string, masterKey: IKey | undefined) {
    const topic = new Topic(this, 'Topic', { enforceSSL: true, ...defined({ masterKey }) });
    if (email) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #rule(id: string, eventBus: IEventBus, { description, ...pattern }: EventPattern & { description: string }) {
    const { queue: to, undelivered } = this;
    const rule = new Rule(this, id, {
      description,
      eventBus,
      eventPattern: { source: [EVENT_SOURCE], ...pattern },
      targets: [{ bind: () => ({ arn: to.queueArn, deadLetterConfig: { arn: undelivered.queueArn } }) }],
    });
    rule.node.addDependency(to, undelivered);
  }

  #function({ table, settings, apiUrl, encryptionKey }: MessagesProps): NodeFunction {
    const topicArns = this.topics.map(({ topicArn }) => topicArn);
    const message = new NodeFunction(this, 'Message', {
      handler: 'message',
      description: 'Tells people of what was found',
      timeout: TIMEOUT,
      memoryMb: settings.notifyMemoryMb,
      environment: {
        TABLE_NAME: table.tableName,
        MESSAGE_QUEUE_URL: this.queue.queueUrl,
        MESSAGE_TOPIC_ARNS: topicArns.join(','),
        MESSAGE_SEVERITIES: settings.messageSeverities.join(','),
        MESSAGE_WAIT_SECONDS: String(settings.messageWaitSeconds),
        API_URL: apiUrl,
      },
      settings,
      encryptionKey,
    });
    table.grant(message, ['GetItem']);
    message.allow(['dynamodb:PutItem'], [table.table.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [messagePk('*')] },
      Null: { 'dynamodb:LeadingKeys': 'false' }, // "for all" is also true of none
    });
    message.allow(['sns:Publish'], topicArns);
    message.allow(
      ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
      [this.queue.queueArn],
    );
    if (encryptionKey) message.allow(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn]);
    const events = new EventSourceMapping(this, 'Events', {
      target: message.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 2, // the least: people don't read faster
      reportBatchItemFailures: true,
    });
    events.node.addDependency(message.role); // Lambda checks at creation that the role may read the queue
    return message;
  }
}

/** What a requester was before it became known: a pattern can ask for values only. */
const UNRESOLVED = ['pending', 'not-read'] as const satisfies readonly NoRequester[];
