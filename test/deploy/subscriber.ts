// test/deploy/subscriber.ts: a queue that receives what a rule on the bus, or a topic, sends it.
import { type Cloud, REGION } from './cloud.ts';

/** An event as EventBridge delivers it. */
export interface DeliveredEvent {
  source: string;
  'detail-type': string;
  detail: { id: string; message: string; severity: string } & Record<string, unknown>;
}

/** What SNS sends to whoever subscribed; e-mail has the same subject and text. */
export interface DeliveredMessage {
  Subject: string;
  Message: string;
}

export class Subscriber {
  readonly #cloud: Cloud;
  readonly #queueUrl: string;
  /** Bodies, in the order in which they came. */
  readonly #received: string[] = [];

  private constructor(cloud: Cloud, queueUrl: string) {
    this.#cloud = cloud;
    this.#queueUrl = queueUrl;
  }

  /** Of every event of the ledger on a bus. */
  static async toBus(cloud: Cloud, busName: string): Promise<Subscriber> {
    const { subscriber, arn } = await Subscriber.#make(cloud, 'all-events', 'events');
    const onBus = ['--event-bus-name', busName];
    const pattern = JSON.stringify({ source: ['atlas-restore-ledger'] });
    await cloud.aws('events', 'put-rule', '--name', 'all', ...onBus, '--event-pattern', pattern);
    await cloud.aws('events', 'put-targets', '--rule', 'all', ...onBus, '--targets', `Id=queue,Arn=${arn}`);
    return subscriber;
  }

  static async toTopic(cloud: Cloud, topicArn: string): Promise<Subscriber> {
    const { subscriber, arn } = await Subscriber.#make(cloud, 'all-messages', 'sns');
    const where = ['--topic-arn', topicArn, '--protocol', 'sqs', '--notification-endpoint', arn];
    await cloud.aws('sns', 'subscribe', ...where);
    return subscriber;
  }

  static async #make(cloud: Cloud, name: string, from: 'events' | 'sns') {
    const arn = `arn:aws:sqs:${REGION}:000000000000:${name}`;
    const Principal = { Service: `${from}.amazonaws.com` };
    const Statement = [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: arn }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    // What was received once is not shown again, and so needs no deletion.
    const attributes = JSON.stringify({ VisibilityTimeout: '43200', Policy });
    const { QueueUrl } = await cloud.aws<{ QueueUrl: string }>(
      'sqs',
      'create-queue',
      ...['--queue-name', name, '--attributes', attributes],
    );
    return { subscriber: new Subscriber(cloud, QueueUrl), arn };
  }

  /** Everything that has come so far. */
  async received(): Promise<readonly string[]> {
    for (;;) {
      const answer = await this.#cloud.aws<{ Messages?: { Body: string }[] } | undefined>(
        'sqs',
        'receive-message',
        ...['--queue-url', this.#queueUrl, '--max-number-of-messages', '10'],
      );
      const messages = answer?.Messages ?? [];
      if (messages.length === 0) return this.#received;
      this.#received.push(...messages.map(({ Body }) => Body));
    }
  }

  async events(): Promise<DeliveredEvent[]> {
    return (await this.received()).map((body) => JSON.parse(body));
  }

  async messages(): Promise<DeliveredMessage[]> {
    return (await this.received()).map((body) => JSON.parse(body));
  }
}
