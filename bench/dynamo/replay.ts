// bench/dynamo/replay.ts: recorded requests of DynamoDB, made again with the SDK alone.
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { RecordedCall } from './access.ts';

export interface Answer {
  Item?: object | undefined;
  Items?: object[] | undefined;
  Responses?: Record<string, object[]> | undefined;
  ScannedCount?: number | undefined;
}

/** Calls of one wave at once, the waves one after the other. */
export async function replay(client: DynamoDBClient, waves: readonly RecordedCall[][]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const wave of waves) answers.push(...(await Promise.all(wave.map((call) => send(client, call)))));
  return answers;
}

export const wavesOf = (calls: readonly RecordedCall[]): RecordedCall[][] =>
  [...new Set(calls.map(({ wave }) => wave))].map((wave) => calls.filter((call) => call.wave === wave));

/** @throws Error for an operation that the API hasn't used so far */
function send(client: DynamoDBClient, { operation, input }: RecordedCall): Promise<Answer> {
  const of = <T>() => input as unknown as T;
  if (operation === 'Query') return client.send(new QueryCommand(of<QueryCommandInput>()));
  if (operation === 'GetItem') return client.send(new GetItemCommand(of<GetItemCommandInput>()));
  if (operation === 'BatchGetItem') return client.send(new BatchGetItemCommand(of<BatchGetItemCommandInput>()));
  throw new Error(`${operation} is not in bench/dynamo/replay.ts: add it there`);
}
