// functions/ledger/table/create-table.ts: the table as the stack makes it, made without the stack.
import {
  ContinuousBackupsUnavailableException,
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { LedgerError } from '../model/errors.ts';
import { createTableInput, TABLE } from '../model/table.ts';
import { described } from './describe-table.ts';
import { shapeProblems } from './table-shape.ts';

/** DynamoDB makes an empty table in some seconds. */
const ATTEMPTS = 300;
/** The longest wait between two attempts, in ms. */
const WAIT_MS = 1_000;

export interface Made {
  /** False where the table was there. */
  created: boolean;
  /** What this DynamoDB can't do: an emulator's has neither expiry nor point-in-time recovery. */
  without: string[];
}

/**
 * With deletion protection, expiry and point-in-time recovery. One that is there stays as it is.
 * @throws LedgerError, also where a table of that name has other keys or indexes
 */
export async function createTable(client: DynamoDBClient, tableName: string): Promise<Made> {
  const there = await tried('DescribeTable', tableName, () => described(client, tableName));
  const created = there === undefined && (await tried('CreateTable', tableName, () => create(client, tableName)));
  await tried('DescribeTable', tableName, () => active(client, tableName));
  if (!created) return { created, without: [] };
  const without = [
    ...(await optional('UpdateTimeToLive', 'expiry of runs', tableName, () => expire(client, tableName))),
    ...(await optional('UpdateContinuousBackups', 'point-in-time recovery', tableName, () =>
      recoverable(client, tableName),
    )),
  ];
  return { created, without };
}

/** False where someone else was as quick. */
async function create(client: DynamoDBClient, tableName: string): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand({ ...createTableInput(tableName), DeletionProtectionEnabled: true }));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
}

async function active(client: DynamoDBClient, tableName: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const table = await described(client, tableName);
    if (table && isActive(table)) return checkShape(table, tableName);
    await pause(attempt);
  }
  const advice = `look at it with aws dynamodb describe-table --table-name ${tableName}`;
  throw new LedgerError('LEDGER_UNAVAILABLE', `table ${tableName} does not become active: ${advice}`);
}

export const isActive = ({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription) =>
  TableStatus === 'ACTIVE' && GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');

/** @throws LedgerError */
export function checkShape(table: TableDescription, tableName: string): void {
  const problems = shapeProblems(table);
  if (problems.length === 0) return;
  const message = `table ${tableName} is not this version's: ${problems.join('; ')}. Use another table name`;
  throw new LedgerError('LEDGER_REFUSED', message);
}

const expire = (client: DynamoDBClient, TableName: string) =>
  client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: true },
    }),
  );

/** Of a table that was just made DynamoDB may say that its backups are not available yet. */
async function recoverable(client: DynamoDBClient, TableName: string): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
      return;
    } catch (error) {
      if (!(error instanceof ContinuousBackupsUnavailableException) || attempt >= ATTEMPTS) throw error;
      await pause(attempt);
    }
  }
}

const pause = (attempt: number) => new Promise((resolve) => setTimeout(resolve, Math.min(WAIT_MS, attempt * 10)));

/** @returns the feature, where this DynamoDB does not know the operation */
async function optional(operation: string, feature: string, tableName: string, work: () => Promise<unknown>) {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof Error && error.name === 'UnknownOperationException') return [feature];
    const advice = `the table is there, without ${feature}: switch it on with the AWS CLI, or delete the table and create it again`;
    throw failed(operation, tableName, error, advice);
  }
}

async function tried<T>(operation: string, tableName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw failed(operation, tableName, error, 'check that your role may do this, and the region and AWS account');
  }
}

function failed(operation: string, tableName: string, error: unknown, advice: string): LedgerError {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return new LedgerError('LEDGER_REFUSED', `${operation} of table ${tableName}: ${name}: ${message}: ${advice}`, error);
}
