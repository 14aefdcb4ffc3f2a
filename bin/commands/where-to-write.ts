// bin/commands/where-to-write.ts opens the ledger that a command works on: a DynamoDB table, or a directory of our own.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { LedgerReader } from '../../functions/ledger/reader.ts';
import type { Environment } from '../../functions/settings.ts';
import { CommandError, UsageError } from './errors.ts';

export interface WhereFlags {
  table?: string;
  data?: string;
}

export type Where = { tableName: string } | { dataDir: string };

export const DEFAULT_DATA_DIR = '.ledger';
/** In a directory of its own the table needs no name of its own. */
const EMBEDDED_TABLE = 'restore-ledger';
/** Another command may hold the directory for a moment: `watch` does whenever it records a change. In ms. */
const PATIENCE_MS = 5_000;

export const withWhere = (command: Command) =>
  command
    .addOption(
      new Option('--table <name>', "DynamoDB table in the AWS environment's account and region").env('TABLE_NAME'),
    )
    .addOption(
      new Option(
        '--data <dir>',
        `keep the ledger in this directory, without AWS (default: ${DEFAULT_DATA_DIR}, unless a table is named)`,
      ),
    );

/** A flag beats the variable. @throws UsageError */
export function whereToWrite({ table, data }: WhereFlags, env: Environment): Where {
  const fromVariable = table !== undefined && table === env.TABLE_NAME;
  if (table !== undefined && data !== undefined && !fromVariable) {
    throw new UsageError(
      `--table and --data: expected one of them, came both (${JSON.stringify(table)} and ${JSON.stringify(data)})`,
    );
  }
  if (data === '') throw new UsageError('--data: expected a directory, came ""');
  if (data !== undefined) return { dataDir: data };
  if (table === undefined || (table === '' && fromVariable)) return { dataDir: DEFAULT_DATA_DIR };
  // DynamoDB's rule: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  if (/^[\w.-]{3,255}$/.test(table) || table.startsWith('arn:')) return { tableName: table };
  const name = fromVariable ? 'TABLE_NAME' : '--table';
  throw new UsageError(
    `${name}: expected a table's name of 3 to 255 letters, digits, "_", "-" and ".", came ${JSON.stringify(table)}`,
  );
}

export interface OpenLedger extends AsyncDisposable {
  ledger: LedgerReader;
}

/**
 * @param options.create make the directory where it isn't there; else that is an error, since there is nothing to read
 * @throws CommandError where the directory is in use or can't be read
 */
export async function openLedger(where: Where, { create }: { create: boolean }): Promise<OpenLedger> {
  if ('dataDir' in where && !create) mustExist(where.dataDir);
  const [{ ledgerReader }, { DynamoDBClient }] = await Promise.all([
    import('../../functions/ledger/reader.ts'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  if ('tableName' in where) {
    return { ledger: ledgerReader({ tableName: where.tableName }), [Symbol.asyncDispose]: async () => {} };
  }
  const { ensureTable } = await import('../../local/dynamodb.ts');
  const server = await startPatiently(where.dataDir);
  const client = new DynamoDBClient(server.clientConfig);
  const close = async () => {
    client.destroy();
    await server.close();
  };
  try {
    await ensureTable(client, EMBEDDED_TABLE);
  } catch (error) {
    await close();
    throw new CommandError(messageOf(error), { cause: error });
  }
  return { ledger: ledgerReader({ tableName: EMBEDDED_TABLE, client }), [Symbol.asyncDispose]: close };
}

function mustExist(dataDir: string) {
  if (existsSync(dataDir)) return;
  const advice = 'collect first (restore-ledger collect), or say where the ledger is with --data or --table';
  throw new CommandError(`there is no ledger in ${dataDir}: ${advice}`);
}

async function startPatiently(dataDir: string) {
  const { DirectoryInUseError, startDynamoDB } = await import('../../local/dynamodb.ts');
  for (const began = Date.now(); ; await sleep(200)) {
    try {
      return await startDynamoDB({ dataDir });
    } catch (error) {
      const inUse = error instanceof DirectoryInUseError;
      if (!inUse || Date.now() - began > PATIENCE_MS) throw new CommandError(messageOf(error), { cause: error });
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
