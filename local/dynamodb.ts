// local/dynamodb.ts: an embedded DynamoDB (dynalite) on real HTTP, in memory.
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import {
  CreateTableCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { createTableInput } from '../functions/ledger/model/table.ts';
import { checkShape, isActive } from '../functions/ledger/table/create-table.ts';
import { described } from '../functions/ledger/table/describe-table.ts';
import { KEEP_ALIVE_MS, listen } from './listen.ts';

export interface LocalDynamoDBOptions {
  /** On 127.0.0.1. @default a free one */
  port?: number;
}

export interface LocalDynamoDB extends AsyncDisposable {
  endpoint: string;
  /** For `new DynamoDBClient`: endpoint, region and made-up credentials, so that no AWS configuration is needed. */
  clientConfig: DynamoDBClientConfig;
  close(): Promise<void>;
}

/** What we use of dynalite, which comes without types. */
type Dynalite = (options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }) => Server;

const require = createRequire(import.meta.url);
const dynalite: Dynalite = require('dynalite');

/** @throws Error where the port is in use */
export async function startDynamoDB({ port = 0 }: LocalDynamoDBOptions = {}): Promise<LocalDynamoDB> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.keepAliveTimeout = KEEP_ALIVE_MS; // an SDK sends again what it sent over a closed one, and tests count requests
  const endpoint = await listen(server, port);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeIdleConnections();
    });
    return closing;
  };
  // A collector writes some hundred jobs at once; SDK clients warn from twice their 50 sockets on.
  const requestHandler = { httpAgent: { maxSockets: 256 } };
  const clientConfig = { endpoint, region: 'us-east-1', credentials, requestHandler };
  return { endpoint, clientConfig, close, [Symbol.asyncDispose]: close };
}

/**
 * Makes the ledger's table where it isn't there, and waits until it is active. Works on any endpoint; on AWS, without
 * what `createTable` adds.
 * @throws LedgerError where a table of that name has other keys or indexes, saying which
 */
export async function ensureTable(client: DynamoDBClient, tableName: string): Promise<void> {
  for (let attempt = 1; attempt <= 300; attempt++) {
    const table = await described(client, tableName);
    if (!table) await create(client, tableName);
    else if (isActive(table)) return checkShape(table, tableName);
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, Math.min(200, attempt * 5)));
  }
  throw new Error(`table ${tableName} was not active after a minute: look at it with aws dynamodb describe-table`);
}

async function create(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(createTableInput(tableName)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error; // someone else was as quick
  }
}
