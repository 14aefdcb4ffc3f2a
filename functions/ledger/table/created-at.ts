// functions/ledger/table/created-at.ts: when a DynamoDB table was made. Apart from the table port, as few starts need it.
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbClient } from './dynamodb-client.ts';

/** In ms since the epoch. @throws the SDK's errors */
export async function tableCreatedAt(tableName: string, client = dynamoDbClient({})): Promise<number> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  if (!Table?.CreationDateTime) throw new Error(`DescribeTable of ${tableName} gave no CreationDateTime`);
  return Table.CreationDateTime.getTime();
}
