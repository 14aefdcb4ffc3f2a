// bench/cold/floors/collect.ts: the least that the collect function could be: one secret, the lists of one project by the probe, and
// its requests of the table by the SDK's client.
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AtlasConfig } from '../../atlas/access.ts';
import type { RecordedCall } from '../../dynamo/access.ts';
import { Http2 } from '../../probe/http2.ts';
import { Probe } from '../../probe/probe.ts';
import { Session } from '../../probe/session.ts';

const secrets = new SecretsManagerClient({});
const table = new DynamoDBClient({});
const calls: RecordedCall[] = JSON.parse(process.env.CALLS ?? '[]');

export const handler = async () => {
  const { SecretString = '' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: process.env.ATLAS_SECRET_ID ?? '' }),
  );
  const ids = await everyJob(JSON.parse(SecretString));
  for (const call of calls) await send(call);
  return { batchItemFailures: [], ids };
};

async function everyJob(apiKey: AtlasConfig['access']['apiKey']): Promise<string[]> {
  const url = process.env.MONGODB_ATLAS_BASE_URL ?? '';
  const access = { url, apiKey, serviceAccount: { clientId: '', clientSecret: '' } };
  const transport = new Http2(url);
  const ids = await new Probe(new Session({ access, scheme: 'digest' }, transport)).all();
  transport.close();
  return ids;
}

/** Writes have no condition, which would not hold twice. An update is a put of its key. @throws Error for any other operation */
function send({ operation, input }: RecordedCall): Promise<unknown> {
  const { TableName, Key, Item, RequestItems, ...rest } = input;
  switch (operation) {
    case 'GetItem':
      return table.send(new GetItemCommand({ TableName, Key } as never));
    case 'BatchGetItem':
      return table.send(new BatchGetItemCommand({ RequestItems } as never));
    case 'Query':
      return table.send(new QueryCommand({ TableName, ...rest } as never));
    case 'PutItem':
    case 'UpdateItem':
      return table.send(
        new PutItemCommand({ TableName, Item: Item ?? { ...(Key as object), sk: { S: 'FLOOR' } } } as never),
      );
    default:
      throw new Error(`${operation} is not in bench/cold/floors/collect.ts: add it there`);
  }
}
