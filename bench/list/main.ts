// bench/list/main.ts: the command `npm run bench`.

import { benchmark } from '../harness/benchmark.ts';
import { TIME_COLUMNS } from '../harness/table.ts';
import { cases, LIMIT, listAll, targets } from './list.ts';

await benchmark({
  name: 'bench',
  description:
    "Reads all restore jobs of a simulated organization with the project's client and collector, with other clients, and with the " +
    'fewest requests that suffice.',
  cases,
  run: listAll,
  baseline: LIMIT,
  targets,
  columns: [
    ...TIME_COLUMNS,
    { title: 'requests', number: 'atlasRequests' },
    { title: 'KB', number: 'bytesReceived', unit: 1_000 },
    { title: 'sockets', number: 'connections' },
    { title: 'RSS, MiB', number: 'rssMb' },
  ],
});
