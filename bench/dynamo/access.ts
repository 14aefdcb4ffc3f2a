// bench/dynamo/access.ts: the bench's DynamoDB as its clients see it.
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** The one table there is; made anew, wherever it is. */
export const TABLE = 'bench-ledger';

/** Such as Amazon's DynamoDB Local; without it, dynalite is started. */
export const ENDPOINT = process.env.DYNAMODB_ENDPOINT || undefined;

/** Any credentials do. */
export interface DynamoAccess {
  endpoint: string;
  /** The same over HTTPS, with a self-signed certificate. */
  secureEndpoint: string;
}

/** As many as functions/ledger/table/dynamo-table.ts allows itself. */
const MAX_SOCKETS = 128;

export const clientConfig = ({ endpoint }: Pick<DynamoAccess, 'endpoint'>): DynamoDBClientConfig => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  requestHandler: { httpAgent: { maxSockets: MAX_SOCKETS } },
});

/** One request as it arrived. */
export interface RecordedCall {
  /** Such as `GetItem`. */
  operation: string;
  input: Record<string, unknown>;
  /** Calls of one wave arrived before any of them was answered: they were made at once. */
  wave: number;
}
