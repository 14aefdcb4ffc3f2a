// bench/api/config.ts is what the two contenders of this part are given.
import type { DynamoAccess, RecordedCall } from '../dynamo/orders.ts';
import type { Route } from './routes.ts';

export interface ApiConfig {
  dynamo: DynamoAccess;
  routes: readonly Route[];
  /** Calls of each route that are measured, after some that are not. */
  calls: number;
  /** What each route's handler asks of DynamoDB, by its name. */
  asked?: Readonly<Record<string, readonly RecordedCall[]>>;
}
