// functions/events/messages/sns-topic.ts: the topic port over SNS.
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Message, Topic } from './message.ts';

export class SnsTopic implements Topic {
  readonly arn: string;
  readonly #client: SNSClient;

  constructor(arn: string, client: SNSClient) {
    this.arn = arn;
    this.#client = client;
  }

  async publish({ subject: Subject, text }: Message): Promise<void> {
    await this.#client.send(new PublishCommand({ TopicArn: this.arn, Subject, Message: text }));
  }
}

// An answer takes milliseconds; a lost one must not use up the function's time.
export const snsClient = () =>
  new SNSClient({ requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } });
