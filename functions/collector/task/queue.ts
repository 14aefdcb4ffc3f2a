// functions/collector/task/queue.ts: tasks as messages in SQS, from plan to collect.
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CollectTask } from './task.ts';

/** SQS delays a message by at most 15 minutes. */
const MAX_DELAY_SECONDS = 900;
/** SQS's limit of entries a batch. */
const BATCH = 10;

export class TaskQueue {
  readonly #url: string;
  readonly #client: SQSClient;

  constructor(url: string, client = new SQSClient()) {
    this.#url = url;
    this.#client = client;
  }

  /** @throws where SQS refuses any of them; a repeat of the whole is harmless */
  async send(tasks: readonly CollectTask[]): Promise<void> {
    for (let start = 0; start < tasks.length; start += BATCH) {
      const Entries = tasks
        .slice(start, start + BATCH)
        .map((task, index) => ({ Id: String(index), MessageBody: JSON.stringify(task) }));
      const { Failed = [] } = await this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }));
      if (Failed[0])
        throw new Error(`SQS took ${Entries.length - Failed.length} of ${Entries.length} tasks: ${Failed[0].Code}`);
    }
  }

  async sendLater(task: CollectTask, delayMs: number): Promise<void> {
    const DelaySeconds = Math.min(MAX_DELAY_SECONDS, Math.ceil(delayMs / 1000));
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: this.#url, MessageBody: JSON.stringify(task), DelaySeconds }),
    );
  }
}
