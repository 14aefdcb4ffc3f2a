// bench/cold/floors/collect.ts: the least that the collect function could be: one secret, the lists of one project by the probe, and
// its requests of the table by the SDK's client.
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AtlasConfig } from '../../atlas/access.ts';
import type { RecordedCall } from '../../dynamo/access.ts';
import { Http1 } from '../../probe/http1.ts';
import { Probe } from '../../probe/probe.ts';
import { Session } from '../../probe/session.ts';

const CONNECTIONS = 8;
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
  const transport = new Http1(url, CONNECTIONS);
  const ids = await new Probe(new Session({ access, scheme: 'digest' }, transport)).all();
  transport.close();
  return ids;
}

/** Writes have no condition, which would not hold twice. An update is a put of its key. */
function send({ operation, input: { TableName, Key, Item, ...rest } }: RecordedCall): Promise<unknown> {
  if (operation === 'GetItem') return table.send(new GetItemCommand({ TableName, Key } as never));
  if (operation === 'Query') return table.send(new QueryCommand({ TableName, ...rest } as never));
  const item = Item ?? { ...(Key as object), sk: { S: 'FLOOR' } };
  return table.send(new PutItemCommand({ TableName, Item: item } as never));
}
