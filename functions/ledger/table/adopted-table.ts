// functions/ledger/table/adopted-table.ts: whether a table that the stack did not create can be its ledger.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LedgerError } from '../model/errors.ts';
import { described } from './describe-table.ts';
import { dynamoDbClient } from './dynamodb-client.ts';
import { shapeProblems, streamProblems } from './table-shape.ts';

/** What to do is in docs/operations.md. */
const ADVICE = 'see "Restore or adopt a table" in docs/operations.md';

/** @param streamArn that the change feed reads @throws LedgerError that says all that is wrong */
export async function checkAdoptedTable(
  tableName: string,
  streamArn: string,
  client: DynamoDBClient = dynamoDbClient({}),
): Promise<void> {
  const table = await described(client, tableName);
  if (!table) throw new LedgerError('LEDGER_TABLE_MISSING', `tableName: there is no table ${tableName}: ${ADVICE}`);
  const { LatestStreamArn: latest } = table;
  const problems = [...shapeProblems(table), ...streamProblems(table)];
  if (latest !== undefined && latest !== streamArn) {
    problems.push(`tableStreamArn: expected the table's latest stream, ${latest}, got ${streamArn}`);
  }
  if (problems.length === 0) return;
  throw new LedgerError('LEDGER_REFUSED', `table ${tableName} can't be the ledger: ${problems.join('; ')}: ${ADVICE}`);
}
