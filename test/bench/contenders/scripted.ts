// test/bench/contenders/scripted.ts is a contender that brings what it is told to, right or wrong.
import { contend } from '../../../bench/harness/contender.ts';

export interface Script {
  /** What each pass brings. A pass that isn't here fails. */
  brings: Record<string, readonly string[]>;
}

contend<Script>(({ brings }) => ({
  async pass(name) {
    const ids = brings[name];
    if (!ids) throw new Error(`no script for ${name}`);
    return { ids, numbers: { brought: ids.length } };
  },
}));
