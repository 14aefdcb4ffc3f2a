// bench/list/main.ts: the command `npm run bench`.
import { benchmark } from '../harness/benchmark.ts';
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
    { title: 'wall, ms', number: 'wallMs', as: 'spread' },
    { title: 'x', number: 'wallMs', as: 'ratio' },
    { title: 'CPU, ms', number: 'cpuMs', as: 'spread' },
    { title: 'x', number: 'cpuMs', as: 'ratio' },
    { title: 'requests', number: 'atlasRequests' },
    { title: 'KB', number: 'bytesReceived', unit: 1_000 },
    { title: 'sockets', number: 'connections' },
    { title: 'RSS, MiB', number: 'rssMb' },
  ],
});
