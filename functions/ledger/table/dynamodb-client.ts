// functions/ledger/table/dynamodb-client.ts: a DynamoDB client without the SDK's avoidable work on each request.
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Middleware that is added after the first request has no effect. */
export function dynamoDbClient(config: DynamoDBClientConfig): DynamoDBClient {
  // Else the SDK puts its middleware in order anew for each request.
  const client = new DynamoDBClient({ ...config, cacheMiddleware: true });
  // It goes through every request and answer for a log that nobody reads.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
