// functions/handlers/api.ts: the Lambda behind the HTTP API.
import { apiApp } from '../api/app.ts';
import { gatewayHandler } from '../api/lambda/adapter.ts';
import { PlanFunction } from '../api/lambda/plan-function.ts';
import { ledgerReader } from '../ledger/repositories/ledger-reader.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { dynamoDbClient } from '../ledger/table/dynamodb-client.ts';
import { lateAfterMs } from '../platform/freshness.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { apiSettings } from '../runtime/settings.ts';

const settings = apiSettings(process.env); // a missing variable fails the cold start
// A caller is waiting: fewer attempts than the collector makes, and short ones.
const client = dynamoDbClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});
const { planFunctionName, runEveryMinutes, tableName, annotations } = settings;
const table = new DynamoTable(tableName, client);

const app = apiApp({
  ledger: ledgerReader({ ...settings, table }),
  log: lambdaLog('api', process.env),
  now: Date.now,
  lateAfterMs: runEveryMinutes === undefined ? undefined : lateAfterMs(runEveryMinutes),
  annotations: annotations ? { table } : undefined,
  runs: planFunctionName === undefined ? undefined : new PlanFunction(planFunctionName),
});

export const handler = gatewayHandler(app);
