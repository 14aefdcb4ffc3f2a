// functions/handlers/retention.ts: the Lambda that lets restore jobs go that are past their retention, once a day.
import type { Context } from 'aws-lambda';
import { tableLedger } from '../ledger/repositories/table-ledger.ts';
import { retainAll } from '../ledger/retention/retain-all.ts';
import { dynamoDeleter } from '../ledger/table/deleter.ts';
import { DynamoTable } from '../ledger/table/dynamo-table.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics } from '../runtime/metrics.ts';
import { retentionSettings } from '../runtime/settings.ts';

const { tableName, ledgerName, days } = retentionSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('retention', process.env);
const metrics = new Metrics(ledgerName);
const table = new DynamoTable(tableName);
const ledger = tableLedger({ table });
const deleter = dynamoDeleter(tableName);
/** Kept back for the last writes, in ms. */
const RESERVE_MS = 30_000;

export const handler = async (_event: unknown, context: Context) => {
  const isOutOfTime = () => context.getRemainingTimeInMillis() <= RESERVE_MS;
  const failed: string[] = [];
  try {
    for await (const one of retainAll({ table, ledger, deleter, now: Date.now, isOutOfTime }, { days })) {
      const { projectId, projectName } = one;
      if ('error' in one) {
        failed.push(projectId);
        log.error('retention failed', { projectId, projectName, error: one.error });
        continue;
      }
      const { letGo, deleted, held, before, heads } = one;
      metrics.add('JobsLetGo', letGo);
      metrics.add('JobsDeleted', deleted);
      if (letGo + deleted > 0)
        log.info('restore jobs let go', { projectId, projectName, letGo, deleted, before, days, heads });
      if (held === undefined) continue;
      metrics.add('ProjectsHeld', 1);
      log.warn('restore jobs not let go', { projectId, projectName, held });
    }
  } finally {
    metrics.flush(Date.now());
  }
  if (failed.length > 0) throw new Error(`retention failed of ${failed.length} projects: see the log`);
};
