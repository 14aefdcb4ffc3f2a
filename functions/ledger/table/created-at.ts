// functions/ledger/table/created-at.ts: when a DynamoDB table was made.
import { described } from './describe-table.ts';
import { dynamoDbClient } from './dynamodb-client.ts';

/** In ms since the epoch. @throws the SDK's errors */
export async function tableCreatedAt(tableName: string, client = dynamoDbClient({})): Promise<number> {
  const createdAt = (await described(client, tableName))?.CreationDateTime;
  if (!createdAt) throw new Error(`DescribeTable gave no CreationDateTime of table ${tableName}`);
  return createdAt.getTime();
}
