// bench/cold/main.ts: the command `npm run bench:cold`.

import { benchmark } from '../harness/benchmark.ts';
import { TIME_COLUMNS } from '../harness/table.ts';
import { FUNCTIONS } from './cases.ts';
import { FLOOR, startAll, targets } from './cold.ts';

await benchmark({
  name: 'bench:cold',
  description:
    "Starts each function's bundle up to its first answer, and beside api and collect the least that could give that answer.",
  cases: () => FUNCTIONS.map((name) => ({ name })),
  run: startAll,
  baseline: FLOOR,
  targets,
  columns: [...TIME_COLUMNS, { title: 'RSS, MiB', number: 'rssMb' }],
});
