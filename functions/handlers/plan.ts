// functions/handlers/plan.ts: the Lambda that starts a run, and checks how runs went.
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
  if (isCheck(event)) return checked(event);
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

const isCheck = (event: unknown) => (event as { trigger?: unknown } | null)?.trigger === 'check';

/** Loaded here, as runs don't need it. An error is not caught: it keeps the alarms as they are, and rings another one. */
async function checked(event: unknown) {
  const { check, checkRequest } = await import('../collector/health/check.ts');
  const { tableCreatedAt } = await import('../ledger/table/created-at.ts');
  const { tableName, runRetentionDays } = settings;
  const ports = { ledger, createdAt: () => tableCreatedAt(tableName), now: Date.now };
  const health = await check(checkRequest(event), ports, runRetentionDays);
  metrics.gauge(health);
  metrics.flush(Date.now());
  return health;
}
