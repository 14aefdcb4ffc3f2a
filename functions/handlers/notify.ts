// functions/handlers/notify.ts: the Lambda on the table's stream.
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { EventBridgeBus } from '../events/delivery/event-bridge.ts';
import { notify } from '../events/delivery/stream.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { notifySettings } from '../runtime/settings.ts';

const settings = notifySettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('notify', process.env);
const metrics = new Metrics(settings.ledgerName);
const bus = new EventBridgeBus(settings.busName);

export const handler = async ({ Records }: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
  const timeLeftMs = () => context.getRemainingTimeInMillis();
  try {
    const { sent, failed, unfinished } = await notify(Records, { bus, log, timeLeftMs }, settings);
    metrics.add('EventsSent', sent);
    metrics.add('EventsFailed', failed);
    if (unfinished === undefined) return { batchItemFailures: [] };
    log.warn('records are left for the next try', { records: Records.length, unfinished, sent, failed });
    // An empty identifier means the whole batch.
    return { batchItemFailures: [{ itemIdentifier: Records[unfinished]?.dynamodb?.SequenceNumber ?? '' }] };
  } catch (error) {
    metrics.add('EventsFailed', 1);
    throw error;
  } finally {
    metrics.flush(Date.now());
  }
};
