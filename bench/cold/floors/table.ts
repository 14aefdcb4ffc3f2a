// bench/cold/floors/table.ts makes the table requests of a function with the SDK's client alone, as many and as large.
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { RecordedCall } from '../../dynamo/orders.ts';
import { callsGiven } from './calls.ts';

const client = new DynamoDBClient({});

export async function tableCalls() {
  for (const call of callsGiven()) await send(call);
}

/** Writes go without a condition, which would not hold twice. An update is a put of its key, since that is the smallest. */
function send({ operation, input: { TableName, Key, Item, ...rest } }: RecordedCall): Promise<unknown> {
  if (operation === 'GetItem') return client.send(new GetItemCommand({ TableName, Key } as never));
  if (operation === 'Query') return client.send(new QueryCommand({ TableName, ...rest } as never));
  return client.send(new PutItemCommand({ TableName, Item: Item ?? apart(Key) } as never));
}

/** Beside the item that the update was of. */
const apart = (key: unknown) => ({ ...(key as object), sk: { S: 'FLOOR' } });
