// functions/handlers/hub.ts: the Lambda that keeps the table of a hub, and checks how it stands.
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { checkHub } from '../relay/check.ts';
import { countDays } from '../relay/count-days.ts';
import { receive } from '../relay/hub.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { hubSettings } from '../runtime/settings.ts';

const settings = hubSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('hub', process.env);
const metrics = new Metrics(settings.ledgerName);
const table = new DynamoTable(settings.tableName);
/** Kept for a day that is being counted. */
const RESERVE_MS = 20_000;

export const handler = async (
  event: SQSEvent | { trigger: 'check' },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse | undefined> => {
  if ('trigger' in event) {
    const scope = { expected: settings.spokeAccounts, organizationId: settings.organizationId };
    metrics.gauge({ ...(await checkHub(table, scope, Date.now)) });
    metrics.flush(Date.now());
    await countDays({ table, log, now: Date.now }, () => context.getRemainingTimeInMillis() < RESERVE_MS);
    return undefined;
  }
  const bodies = event.Records.map(({ body }) => body);
  const failed = await receive(bodies, { table, log, now: Date.now }, settings);
  return { batchItemFailures: failed.map((index) => ({ itemIdentifier: event.Records[index]?.messageId ?? '' })) };
};
