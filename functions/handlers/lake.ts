// functions/handlers/lake.ts: the Lambda that writes each day's changes of restore jobs to the lake.
import type { Context } from 'aws-lambda';
import { askedDays } from '../lake/asked.ts';
import { dueDays, firstDueDay } from '../lake/days.ts';
import { S3Files } from '../lake/s3-files.ts';
import { writeDays } from '../lake/write-days.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { lakeSettings } from '../runtime/settings.ts';

const { tableName, ledgerName, objectives, ...bucket } = lakeSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('lake', process.env);
const metrics = new Metrics(ledgerName);
const table = new DynamoTable(tableName);
const files = new S3Files(bucket);
/** Kept back to write what was made, in ms. */
const RESERVE_MS = 60_000;

/** @param event days to write in any case: `{"since":"2026-11-01","until":"2026-11-07"}`, both included; else those that are due */
export const handler = async (event: unknown, context: Context) => {
  const isOutOfTime = () => context.getRemainingTimeInMillis() <= RESERVE_MS;
  const now = Date.now();
  const asked = askedDays(event, now);
  const there = await files.days(firstDueDay(now));
  const days = asked ?? dueDays(there, now);
  const left = new Set(days);
  const leftOut = new Set<string>();
  let isUnread = false;
  try {
    const write = (day: string, file: Uint8Array) => files.write(day, file);
    for await (const step of writeDays({ table, write, objectives, isOutOfTime }, days)) {
      if ('unread' in step) {
        isUnread = true;
        log.info('no run has read the ledger yet: nothing is written to the lake');
        continue;
      }
      if ('leftOut' in step) {
        leftOut.add(step.leftOut.jobId);
        log.error('the changes of a restore job are left out of the lake', { ...step.leftOut });
        continue;
      }
      const { day, changes, bytes } = step.written;
      left.delete(day);
      there.add(day);
      log.info('a day written to the lake', { day, changes, bytes });
    }
  } finally {
    const missing = isUnread ? [] : dueDays(there, now).filter((day) => !there.has(day));
    metrics.gauge({ LakeDaysMissing: missing.length });
    metrics.add('LakeJobsLeftOut', leftOut.size);
    metrics.flush(Date.now());
  }
  return { written: days.filter((day) => !left.has(day)), left: [...left] };
};
