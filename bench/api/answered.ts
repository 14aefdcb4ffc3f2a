// bench/api/answered.ts: what a contender answered

import type { Load } from '../dynamo/made-jobs.ts';
import type { RecordedCall } from '../dynamo/orders.ts';
import type { Result } from '../harness/race.ts';
import type { Route } from './routes.ts';

export interface Answered {
  load: Load;
  routes: readonly Route[];
  asked: Readonly<Record<string, Asked>>;
  results: readonly Result[];
}
/** From a request to DynamoDB to its answer, in ms. */

export const TABLE_MS = 5;
/** What one call of a route asks of DynamoDB. */

export interface Asked {
  calls: readonly RecordedCall[];
  readUnits: number;
  itemsRead: number;
}
