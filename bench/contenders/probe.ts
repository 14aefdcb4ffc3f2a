// bench/contenders/probe.ts enters the probe: the limit that others are held against.
import { contend } from '../harness/contender.ts';
import { Probe } from '../probe/probe.ts';
import type { ListConfig } from './config.ts';

contend<ListConfig>(({ access, scheme, connections = 32 }) => {
  const probe = new Probe({ access, scheme, connections });
  const passes: Record<string, () => Promise<string[]>> = {
    cold: () => probe.all(),
    warm: () => probe.all(),
    steady: () => probe.news(),
    'steady at once': () => probe.newsAtOnce(),
  };
  return {
    async pass(name) {
      const ids = await passes[name]?.();
      if (!ids) throw new Error(`the probe has no pass ${name}`);
      return { ids };
    },
    close: async () => probe.close(),
  };
});
