// bench/peers/fetch.ts enters plain fetch in sequence.
import type { ListConfig } from '../contenders/config.ts';
import { contend } from '../harness/contender.ts';
import { plainGet } from './plain-get.ts';
import { walk } from './walk.ts';

contend<ListConfig>((config) => {
  const get = plainGet(config);
  return { pass: async () => ({ ids: await walk(get) }) };
});
