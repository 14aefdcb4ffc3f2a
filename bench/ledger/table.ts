// bench/ledger/table.ts makes SDK clients for the DynamoDB of the bench.
import { quickClient } from '../../functions/ledger/quick-client.ts';
import type { DynamoAccess } from '../dynamo/orders.ts';

/** As many as functions/ledger/table-client.ts allows itself. */
const MAX_SOCKETS = 128;

export const clientOf = ({ endpoint }: DynamoAccess) =>
  quickClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { httpAgent: { maxSockets: MAX_SOCKETS } },
  });
