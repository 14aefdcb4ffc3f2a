// bench/cold/floors/api.ts: the least that the api function could be: its requests by the SDK's client, answered without change.
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { RecordedCall } from '../../dynamo/access.ts';

const client = new DynamoDBClient({});
const calls: RecordedCall[] = JSON.parse(process.env.CALLS ?? '[]');

export const handler = async () => {
  const answers = await Promise.all(calls.map(({ input }) => client.send(new QueryCommand(input as never))));
  return { statusCode: 200, body: JSON.stringify(answers.flatMap(({ Items = [] }) => Items)) };
};
