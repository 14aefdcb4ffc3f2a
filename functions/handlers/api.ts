// functions/handlers/api.ts: the Lambda behind the HTTP API.
import { apiApp } from '../api/app.ts';
import { MAX_BODY_BYTES } from '../api/http/payload-limit.ts';
import { gatewayHandler } from '../api/lambda/adapter.ts';
import { AsyncFunction } from '../api/lambda/async-function.ts';
import { PlanFunction } from '../api/lambda/plan-function.ts';
import { ReportFunction } from '../api/lambda/report-function.ts';
import { ledgerReader } from '../ledger/repositories/ledger-reader.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { dynamoDbClient } from '../ledger/table/dynamodb-client.ts';
import { RequestedReports } from '../requested/requested-reports.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { apiSettings } from '../runtime/settings.ts';

const settings = apiSettings(process.env); // a missing variable fails the cold start
// A caller is waiting: fewer attempts than the collector makes, and short ones.
const client = dynamoDbClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});
const { planFunctionName, lateAfterMs, tableName, annotations, objectives } = settings;
const table = new DynamoTable(tableName, client);

/** API Gateway waits for 30 s, or 29 of a REST API: the rest is for the report's way out. */
const EVIDENCE_MS = 20_000;

const log = lambdaLog('api', process.env);

/** Where there is nowhere to keep them, only reports can be had that are answered at once. */
function reportJobs({ functionName, bucket }: NonNullable<typeof settings.reports>) {
  const open = async () => new (await import('../api/lambda/report-bucket.ts')).ReportBucket(bucket);
  let opened: ReturnType<typeof open> | undefined;
  return new ReportFunction({
    reports: new RequestedReports(table, Date.now),
    report: new AsyncFunction(functionName),
    bucket: () => {
      opened ??= open();
      return opened;
    },
  });
}

const ports = {
  ledger: ledgerReader({ ...settings, table }),
  log,
  now: Date.now,
  objectives,
  lateAfterMs,
  evidence: {
    ledgerName: tableName,
    limits: { ms: EVIDENCE_MS, bytes: MAX_BODY_BYTES },
    jobs: settings.reports && reportJobs(settings.reports),
  },
  runs: planFunctionName === undefined ? undefined : new PlanFunction(planFunctionName),
};
const app = apiApp({ ...ports, annotations: annotations ? { table } : undefined });

/** Loaded with the first request that needs it: other callers shouldn't wait for it. */
async function browserOf(signIn: NonNullable<typeof settings.signIn>) {
  const [{ browserApp }, { secretText }] = await Promise.all([
    import('../api/sign-in/browser-app.ts'),
    import('../runtime/secret-text.ts'),
  ]);
  const clientSecret = signIn.clientSecretArn === undefined ? undefined : secretText(signIn.clientSecretArn);
  // Who annotates is known by the session, whatever API Gateway knows of its callers.
  const pages = apiApp({ ...ports, annotations: signIn.values.annotate.length > 0 ? { table } : undefined });
  return browserApp(pages.fetch, { ...signIn, key: secretText(signIn.keyArn), clientSecret, log, now: Date.now });
}
let browser: ReturnType<typeof browserOf> | undefined;
const { signIn } = settings;

export const handler = gatewayHandler(
  app,
  signIn &&
    (async (request, bindings) => {
      browser ??= browserOf(signIn);
      return (await browser)(request, bindings);
    }),
);
