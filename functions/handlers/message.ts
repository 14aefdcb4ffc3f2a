// functions/handlers/message.ts: the Lambda that sends messages for the events in its queue.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { MessageQueue } from '../events/messages/message-queue.ts';
import { SnsTopic, snsClient } from '../events/messages/sns-topic.ts';
import { tell } from '../events/messages/tell.ts';
import { ToldItems } from '../events/messages/told-items.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { messageSettings } from '../runtime/settings.ts';

const settings = messageSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('message', process.env);
const client = snsClient();
const topics = settings.topicArns.map((arn) => new SnsTopic(arn, client));
const items = new ToldItems(new DynamoTable(settings.tableName), Date.now);
const { again } = new MessageQueue(settings.queueUrl);

export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body } of Records) {
    try {
      await tell(body, { items, topics, again, log, now: Date.now }, settings);
    } catch (error) {
      // Only this one goes back to the queue, and after enough tries to the dead-letter queue.
      log.error('message not sent', { messageId, error: error instanceof Error ? error.message : String(error) });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
