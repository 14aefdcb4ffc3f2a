// functions/atlas/request/usage.ts: what a client, or one of its views, has spent.
import type { AtlasUsage } from '../model/atlas.ts';

/** What a view spends, its client spends too. */
export class UsageCount implements AtlasUsage {
  requests = 0;
  tokenRequests = 0;
  throttles = 0;
  waitedMs = 0;
  readonly #of: UsageCount | undefined;

  constructor(of?: UsageCount) {
    this.#of = of;
  }

  add(what: keyof AtlasUsage, amount: number) {
    this[what] += amount;
    this.#of?.add(what, amount);
  }
}
