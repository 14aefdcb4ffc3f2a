// local/sqlite/convert.ts: a ledger in dynalite's files, copied into one of SQLite.
//
// A write there touched the indexes first and the item last, so a kill could leave a job in the indexes only. Indexes hold
// whole items; what they have and the table has not, or has in an earlier revision, is taken from them.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoTable } from '../../functions/ledger/table/dynamo-table.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { startDynamoDB } from '../dynamodb.ts';
import { isOldLedger, ledgerFile } from './directory.ts';
import { refused } from './errors.ts';
import { indexes } from './schema.ts';
import { SqliteTable } from './sqlite-table.ts';

export interface Converted {
  items: number;
  /** Of these, what only an index had. */
  rescued: number;
}

/** The only table of such a directory. */
const TABLE = 'restore-ledger';
/** Written at once, and synced together. */
const BATCH = 500;

/** The old files stay as they are. Stopped half-way it leaves no ledger, and can be called again. @throws LedgerError */
export async function convert(dataDir: string): Promise<Converted> {
  const file = ledgerFile(dataDir);
  if (existsSync(file)) throw refused(`${file} already exists: nothing to convert`);
  if (!existsSync(dataDir) || !isOldLedger(readdirSync(dataDir))) {
    throw refused(`${dataDir} holds no ledger of an earlier version: nothing is to be converted`);
  }
  const half = join(dataDir, 'converting');
  rmSync(half, { recursive: true, force: true });
  let converted: Converted;
  {
    await using server = await startDynamoDB({ dataDir }).catch((error: Error) => {
      throw refused(error.message, error);
    });
    const client = new DynamoDBClient(server.clientConfig);
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    if (!TableNames.includes(TABLE)) throw refused(`${dataDir} holds a DynamoDB of something else: no table ${TABLE}`);
    await using to = await SqliteTable.open({ dataDir: half, create: true, write: true });
    converted = await copyLedger(new DynamoTable(TABLE, client), to);
    client.destroy();
  }
  renameSync(ledgerFile(half), file);
  rmSync(half, { recursive: true });
  return converted;
}

export async function copyLedger(from: Table, to: Table): Promise<Converted> {
  const newest = new Map<string, string>();
  let rescued = 0;
  let batch: Promise<unknown>[] = [];
  const copy = async (item: Item) => {
    newest.set(nameOf(item), versionOf(item));
    batch.push(to.put(item as Item & Key));
    if (batch.length < BATCH) return;
    await Promise.all(batch);
    batch = [];
  };
  for await (const item of from.scan()) await copy(item);
  for (const [index] of indexes) {
    for await (const item of from.scan({ index })) {
      const copied = newest.get(nameOf(item));
      if (copied !== undefined && copied >= versionOf(item)) continue;
      rescued += 1;
      await copy(item);
    }
  }
  await Promise.all(batch);
  return { items: newest.size, rescued };
}

const nameOf = ({ pk, sk }: Item) => JSON.stringify([pk, sk]);
/** In the order of time. */
const versionOf = ({ revision = 0, observedAt = '' }: Item) => `${String(revision).padStart(9, '0')} ${observedAt}`;
