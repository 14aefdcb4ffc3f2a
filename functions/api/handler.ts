// functions/api/handler.ts is the Lambda behind the HTTP API.
import { handle } from 'hono/aws-lambda';
import { lambdaLog } from '../lambda-log.ts';
import { quickClient } from '../ledger/quick-client.ts';
import { ledgerReader } from '../ledger/reader.ts';
import { apiSettings } from '../settings.ts';
import { apiApp } from './app.ts';
import { PlanFunction } from './plan-function.ts';

const settings = apiSettings(process.env); // a missing variable fails the cold start, by name
// Somebody is waiting: fewer attempts than the collector makes, and none that takes long.
const client = quickClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});
const { planFunctionName } = settings;

const app = apiApp({
  ledger: ledgerReader({ ...settings, client }),
  log: lambdaLog('api'),
  now: Date.now,
  runs: planFunctionName === undefined ? undefined : new PlanFunction(planFunctionName),
});

// Everything we answer is text; base64 would make it a third larger.
export const handler = handle(app, { isContentTypeBinary: () => false });
