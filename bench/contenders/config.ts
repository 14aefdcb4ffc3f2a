// bench/contenders/config.ts is what every contender of the listing is given.
import type { AtlasAccess } from '../atlas/orders.ts';
import type { Scheme } from '../probe/sign.ts';

export interface ListConfig {
  access: AtlasAccess;
  scheme: Scheme;
  /** @default the contender's own */
  connections?: number;
}
