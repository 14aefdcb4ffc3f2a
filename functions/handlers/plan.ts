// functions/handlers/plan.ts: the Lambda that starts a run.
import type { Context } from 'aws-lambda';
import { plan } from '../collector/plan/plan.ts';
import { planRequest } from '../collector/plan/request.ts';
import { TaskQueue } from '../collector/task/queue.ts';
import { tableLedger } from '../ledger/repositories/table-ledger.ts';
import { atlasAccounts } from '../runtime/accounts.ts';
import { lambdaLog } from '../runtime/lambda-log.ts';
import { Metrics, withMetrics } from '../runtime/metrics.ts';
import { planSettings } from '../runtime/settings.ts';

const settings = planSettings(process.env); // a missing variable fails the cold start
const log = lambdaLog('plan', process.env);
const accounts = atlasAccounts(settings, log); // outlive a run: their connections and tokens are worth keeping
const metrics = new Metrics(settings.ledgerName);
const ledger = withMetrics(tableLedger(settings), metrics, Date.now);
const queue = new TaskQueue(settings.queueUrl);
/** Kept back for recording the run, in ms. */
const RESERVE_MS = 5_000;

/** Once, unless it fails: a table that another stack or a backup left must be one of this version's. */
let tableChecked: Promise<void> | undefined;
async function checkTable({ tableName, tableStreamArn } = settings): Promise<void> {
  if (tableStreamArn === undefined) return;
  // Most tables are the stack's own, and no start of theirs should read this.
  const { checkAdoptedTable } = await import('../ledger/table/adopted-table.ts');
  tableChecked ??= checkAdoptedTable(tableName, tableStreamArn);
  await tableChecked.catch((error) => {
    tableChecked = undefined;
    throw error;
  });
}

export const handler = async (event: unknown, context: Context) => {
  await checkTable();
  const request = planRequest(event);
  const within = () => context.getRemainingTimeInMillis() - RESERVE_MS;
  try {
    return await plan(
      request,
      {
        accounts: accounts.map(({ name, atlas }) => ({ name, atlas: atlas.within(within) })),
        ledger,
        log,
        now: Date.now,
        enqueue: (tasks) => queue.send(tasks),
      },
      settings,
    );
  } finally {
    metrics.flush(Date.now());
  }
};
