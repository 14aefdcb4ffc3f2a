// bench/cold/floors/api.ts: the least that the api function could be: its requests by the SDK's client, answered without change.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RecordedCall } from '../../dynamo/access.ts';
import { replay, wavesOf } from '../../dynamo/replay.ts';

const client = new DynamoDBClient({});
const calls: RecordedCall[] = JSON.parse(process.env.CALLS ?? '[]');

export const handler = async () => ({
  statusCode: 200,
  body: JSON.stringify(await replay(client, wavesOf(calls))),
});
