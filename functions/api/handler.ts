// functions/api/handler.ts is the Lambda behind the HTTP API.
import { lateAfterMs } from '../freshness.ts';
import { lambdaLog } from '../lambda-log.ts';
import { quickClient } from '../ledger/quick-client.ts';
import { ledgerReader } from '../ledger/reader.ts';
import { apiSettings } from '../settings.ts';
import { apiApp } from './app.ts';
import { gatewayHandler } from './gateway.ts';
import { PLAIN_FETCH } from './plain-fetch.ts';
import { PlanFunction } from './plan-function.ts';

Object.assign(globalThis, PLAIN_FETCH); // before anything is answered

const settings = apiSettings(process.env); // a missing variable fails the cold start, by name
// Somebody is waiting: fewer attempts than the collector makes, and none that takes long.
const client = quickClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});
const { planFunctionName, runEveryMinutes } = settings;

const app = apiApp({
  ledger: ledgerReader({ ...settings, client }),
  log: lambdaLog('api', process.env),
  now: Date.now,
  lateAfterMs: runEveryMinutes === undefined ? undefined : lateAfterMs(runEveryMinutes),
  runs: planFunctionName === undefined ? undefined : new PlanFunction(planFunctionName),
});

export const handler = gatewayHandler(app);
