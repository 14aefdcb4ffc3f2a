// bin/options/ledger-target.ts: the ledger that a command opens itself: a DynamoDB table, or a directory.
import type { Command } from 'commander';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Deleter } from '../../functions/ledger/table/deleter.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import type { Context } from '../process/context.ts';
import { UsageError } from '../process/exit-codes.ts';
import { under } from './flags.ts';
import { addProfileOption } from './profiles.ts';

export interface TargetFlags {
  table?: string;
  data?: string;
}

export type Target = { tableName: string } | { dataDir: string };

export const DEFAULT_DATA_DIR = '.ledger';

export const addTargetOptions = (command: Command) =>
  under('Ledger:', command, (ledger) =>
    addProfileOption(ledger)
      .option('--table <name>', "DynamoDB table in the AWS environment's account and region (env: TABLE_NAME)")
      .option(
        '--data <dir>',
        `directory that the ledger is kept in, without AWS (default: ${DEFAULT_DATA_DIR}, unless a table is named)`,
      ),
  );

export interface CreateFlags {
  create?: true;
}

/** For commands that write a ledger from its beginning. A directory needs no flag. */
export const addCreateOption = (command: Command) =>
  under('Ledger:', command, (ledger) =>
    ledger.option('--create', 'create the table where there is none, as the stack would; needs --table or TABLE_NAME'),
  );

/** Makes the table that `--create` asks for. @throws UsageError, LedgerError */
export async function createIfAsked({ create }: CreateFlags, where: Target, context: Context): Promise<void> {
  if (!create) return;
  if (!('tableName' in where)) {
    throw new UsageError('--create: expected --table with it, got none: a directory is created without it');
  }
  const [{ dynamoDbClient }, { createTable }] = await Promise.all([
    import('../../functions/ledger/table/dynamodb-client.ts'),
    import('../../functions/ledger/table/create-table.ts'),
  ]);
  const client = dynamoDbClient({});
  const { created, without } = await createTable(client, where.tableName).finally(() => client.destroy());
  if (created) await context.err.line(`Created the table ${where.tableName}.`);
  if (without.length > 0) await context.err.line(`This DynamoDB has no ${without.join(' and no ')}.`);
}

/** A flag beats the variable. @throws UsageError */
export function resolveTarget({ table, data }: TargetFlags, env: Environment): Target {
  if (table !== undefined && data !== undefined) {
    throw new UsageError(
      `--table and --data: expected one of them, got both (${JSON.stringify(table)} and ${JSON.stringify(data)})`,
    );
  }
  if (data === '') throw new UsageError('--data: expected a directory, got ""');
  const tableName = data === undefined ? (table ?? (env.TABLE_NAME || undefined)) : undefined;
  if (tableName === undefined) return { dataDir: data ?? DEFAULT_DATA_DIR };
  // DynamoDB's rule: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  if (/^[\w.-]{3,255}$/.test(tableName) || tableName.startsWith('arn:')) return { tableName };
  const name = table === undefined ? 'TABLE_NAME' : '--table';
  throw new UsageError(
    `${name}: expected a table's name of 3 to 255 letters, digits, "_", "-" and ".", got ${JSON.stringify(tableName)}`,
  );
}

export interface OpenLedger extends AsyncDisposable {
  ledger: LedgerReader;
  /** That it is kept in. */
  table: Table;
  deleter(): Promise<Deleter>;
}

/**
 * @param options.create make the directory where there is none; else that is an error, since there is nothing to read
 * @param options.write whether something may be recorded. @default create
 * @throws LedgerError where the directory holds no ledger, or it can't be read
 */
export async function openLedger(
  where: Target,
  { create = false, write = create }: { create?: boolean; write?: boolean } = {},
): Promise<OpenLedger> {
  const { ledgerReader } = await import('../../functions/ledger/repositories/ledger-reader.ts');
  if ('tableName' in where) {
    const { DynamoTable } = await import('../../functions/ledger/table/dynamo-table.ts');
    const table = new DynamoTable(where.tableName);
    const deleter = async () =>
      (await import('../../functions/ledger/table/deleter.ts')).dynamoDeleter(where.tableName);
    return { ledger: ledgerReader({ table }), table, deleter, [Symbol.asyncDispose]: async () => {} };
  }
  const { SqliteTable } = await import('../../local/sqlite/sqlite-table.ts');
  const table = await SqliteTable.open({ dataDir: where.dataDir, create, write });
  const deleter = async () => table;
  return { ledger: ledgerReader({ table }), table, deleter, [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() };
}
