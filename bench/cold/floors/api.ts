// bench/cold/floors/api.ts is the least that the api function could be: one query by the SDK's client, answered as it came.
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { callsGiven } from './calls.ts';

const client = new DynamoDBClient({});

export const handler = async () => {
  const answers = await Promise.all(callsGiven().map(({ input }) => client.send(new QueryCommand(input as never))));
  return { statusCode: 200, body: JSON.stringify(answers.flatMap(({ Items = [] }) => Items)) };
};
