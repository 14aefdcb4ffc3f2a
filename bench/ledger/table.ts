// bench/ledger/table.ts makes SDK clients for the DynamoDB of the bench.
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { dynamoDbClient } from '../../functions/ledger/table/dynamodb-client.ts';
import type { DynamoAccess } from '../dynamo/orders.ts';

/** As many as functions/ledger/table/dynamo-table.ts allows itself. */
const MAX_SOCKETS = 128;

const settingsOf = ({ endpoint }: DynamoAccess): DynamoDBClientConfig => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  requestHandler: { httpAgent: { maxSockets: MAX_SOCKETS } },
});

/** As the ledger makes its own. */
export const clientOf = (access: DynamoAccess) => dynamoDbClient(settingsOf(access));

/** As anybody does; only such a one can be a document client. */
export const plainClientOf = (access: DynamoAccess) => new DynamoDBClient(settingsOf(access));
