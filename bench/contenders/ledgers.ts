// bench/contenders/ledgers.ts: the ledgers that a contender can write to, and the check of what they hold after a run.
import { rmSync } from 'node:fs';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import type { Run, RunPart } from '../../functions/ledger/model/run.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { dynamoDbClient } from '../../functions/ledger/table/dynamodb-client.ts';
import { clientConfig, type DynamoAccess, TABLE } from '../dynamo/access.ts';

export interface OpenLedger {
  ledger: Ledger;
  close(): Promise<void>;
}

/** `sqlite`: its directory. */
export type DurableLedger = { sqlite: string } | { dynamo: DynamoAccess };

/** A table in DynamoDB is emptied by its fixture. */
export const emptyLedger = async (ledger: DurableLedger): Promise<OpenLedger> =>
  'sqlite' in ledger ? sqliteLedger(ledger.sqlite) : dynamoLedger(ledger.dynamo);

export function dynamoLedger(access: DynamoAccess): OpenLedger {
  const client = dynamoDbClient(clientConfig(access));
  return { ledger: tableLedger({ tableName: TABLE, client }), close: async () => client.destroy() };
}

/** Empty. @param dataDir is replaced */
export async function sqliteLedger(dataDir: string): Promise<OpenLedger> {
  rmSync(dataDir, { recursive: true, force: true });
  // Loaded when needed: where memory is measured, this code would count.
  const { SqliteTable } = await import('../../local/sqlite/sqlite-table.ts');
  const table = await SqliteTable.open({ dataDir, create: true, write: true });
  return { ledger: tableLedger({ table }), close: () => table[Symbol.asyncDispose]() };
}

/** @throws Error for a run in which something failed, or that lacks a project */
export function checkRun(run: Run, parts: readonly RunPart[]) {
  const failure = [...run.failures, ...parts.flatMap(({ failures }) => failures)][0];
  if (failure) throw new Error(`${failure.what} ${failure.clusterName ?? ''}: ${failure.message}`);
  const complete = parts.filter(({ status }) => status === 'complete').length;
  if (complete !== run.projects) throw new Error(`${complete} of ${run.projects} projects were read completely`);
}

/** Every job that the ledger holds, from its table. */
export async function idsIn(ledger: Ledger, parts: readonly Pick<RunPart, 'projectId'>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { projectId } of parts) for await (const { jobId } of ledger.known(projectId)) ids.push(jobId);
  return ids;
}
