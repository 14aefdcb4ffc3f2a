// functions/handlers/collect.ts: the Lambda that carries out tasks from the queue.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleTask } from '../collector/run/handle-task.ts';
import { TaskQueue } from '../collector/task/queue.ts';
import { tableLedger } from '../ledger/repositories/table-ledger.ts';
import { atlasAccounts } from '../runtime/accounts.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics, withMetrics } from '../runtime/metrics.ts';
import { collectSettings } from '../runtime/settings.ts';

const settings = collectSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('collect', process.env);
const accounts = atlasAccounts(settings, log); // outlive a run: their connections and tokens are worth keeping
const metrics = new Metrics(settings.ledgerName);
const ledger = withMetrics(tableLedger(settings), metrics, Date.now);
const queue = new TaskQueue(settings.queueUrl);

export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const timeLeftMs = () => context.getRemainingTimeInMillis();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body } of event.Records) {
    try {
      await handleTask(body, { accounts, ledger, queue, log, now: Date.now, timeLeftMs }, settings);
    } catch (error) {
      // Only this message goes back to the queue, and after enough tries to the dead-letter queue.
      log.error('task failed', { messageId, error: error instanceof Error ? error.message : String(error) });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  metrics.flush(Date.now());
  return { batchItemFailures };
};
