// bin/options/ledger-target.ts opens the ledger that a command works on: a DynamoDB table, or a directory of our own.
import { type Command, Option } from 'commander';
import type { LedgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Environment } from '../../functions/runtime/settings.ts';
import { UsageError } from '../process/exit-codes.ts';

export interface TargetFlags {
  table?: string;
  data?: string;
}

export type Target = { tableName: string } | { dataDir: string };

export const DEFAULT_DATA_DIR = '.ledger';

export const addTargetOptions = (command: Command) =>
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
export function resolveTarget({ table, data }: TargetFlags, env: Environment): Target {
  const fromVariable = table !== undefined && table === env.TABLE_NAME;
  if (table !== undefined && data !== undefined && !fromVariable) {
    throw new UsageError(
      `--table and --data: expected one of them, got both (${JSON.stringify(table)} and ${JSON.stringify(data)})`,
    );
  }
  if (data === '') throw new UsageError('--data: expected a directory, got ""');
  if (data !== undefined) return { dataDir: data };
  if (table === undefined || (table === '' && fromVariable)) return { dataDir: DEFAULT_DATA_DIR };
  // DynamoDB's rule: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  if (/^[\w.-]{3,255}$/.test(table) || table.startsWith('arn:')) return { tableName: table };
  const name = fromVariable ? 'TABLE_NAME' : '--table';
  throw new UsageError(
    `${name}: expected a table's name of 3 to 255 letters, digits, "_", "-" and ".", got ${JSON.stringify(table)}`,
  );
}

export interface OpenLedger extends AsyncDisposable {
  ledger: LedgerReader;
}

/**
 * @param options.create make the directory where it isn't there; else that is an error, since there is nothing to read
 * @param options.write whether something may be recorded. @default where it may be made
 * @throws LedgerError where there is no ledger in the directory, or it can't be read
 */
export async function openLedger(
  where: Target,
  { create, write = create }: { create: boolean; write?: boolean },
): Promise<OpenLedger> {
  const { ledgerReader } = await import('../../functions/ledger/repositories/ledger-reader.ts');
  if ('tableName' in where) {
    return { ledger: ledgerReader({ tableName: where.tableName }), [Symbol.asyncDispose]: async () => {} };
  }
  const { SqliteTable } = await import('../../local/sqlite/sqlite-table.ts');
  const table = await SqliteTable.open({ dataDir: where.dataDir, create, write });
  return { ledger: ledgerReader({ table }), [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() };
}
