// functions/events/messages/message-queue.ts: the queue of events that become messages, for those whose time has not come.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** SQS delays a message by at most 15 minutes. */
const MAX_DELAY_SECONDS = 900;

export class MessageQueue {
  readonly #url: string;
  readonly #client = new SQSClient();

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws where SQS does not take it */
  again = async (MessageBody: string, delayMs: number): Promise<void> => {
    const DelaySeconds = Math.min(MAX_DELAY_SECONDS, Math.ceil(delayMs / 1_000));
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody, DelaySeconds }));
  };
}
