// bench/ledger/config.ts is what every contender of this part is given.
import type { AtlasAccess } from '../atlas/orders.ts';
import type { DynamoAccess } from '../dynamo/orders.ts';
import type { Scheme } from '../probe/sign.ts';

export interface LedgerConfig {
  access: AtlasAccess;
  scheme: Scheme;
  /** Absent: a ledger in memory that writes nothing, so that what is left is the listing. */
  dynamo?: DynamoAccess;
}
