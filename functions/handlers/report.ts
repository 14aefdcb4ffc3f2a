// functions/handlers/report.ts: the Lambda that makes a report which takes longer than the API may.
import type { Context } from 'aws-lambda';
import { S3Store } from '../anchors/s3-store.ts';
import { tableLedger } from '../ledger/repositories/table-ledger.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { fieldsOf } from '../platform/json.ts';
import { pdfReport } from '../report/pdf/maker.ts';
import { makeRequested } from '../requested/make-requested.ts';
import { RequestedReports } from '../requested/requested-reports.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { reportSettings } from '../runtime/settings.ts';
import { kmsSigner } from '../signing/kms-signer.ts';

const { tableName, bucket, keyArn, objectives } = reportSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('report', process.env);
const ledger = tableLedger({ tableName });
const reports = new RequestedReports(new DynamoTable(tableName), Date.now);
const store = new S3Store(bucket);
const signer = kmsSigner({ keyId: keyArn });
/** Kept back to say that there was no time, in ms. */
const RESERVE_MS = 30_000;

/** @param event `{ reportId }`, which the API sends @throws TypeError where it isn't that, and whatever kept the report from being made */
export const handler = async (event: unknown, context: Context) => {
  const { reportId } = fieldsOf(event);
  if (typeof reportId !== 'string') throw new TypeError('reportId: expected the id of a report, got something else');
  const leftMs = context.getRemainingTimeInMillis() - RESERVE_MS;
  const about = { ledgerName: tableName, objectives, pdf: pdfReport, log, now: Date.now, leftMs };
  const ports = { reports, ledger, store, signer, ...about };
  return (await makeRequested(reportId, ports)) ?? { made: false };
};
