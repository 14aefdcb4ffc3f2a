// test/bench/contenders/scripted.ts: a contender that finds what its script says, right or wrong.
import { contend } from '../../../bench/harness/contender.ts';

export interface Script {
  /** What each pass finds. A pass that isn't here fails. */
  finds: Record<string, readonly string[]>;
}

contend<Script>(({ finds }) => {
  let ids: readonly string[] = [];
  return {
    async pass(name) {
      const found = finds[name];
      if (!found) throw new Error(`no script for ${name}`);
      ids = found;
      return { found: found.length };
    },
    ids: () => ids,
  };
});
