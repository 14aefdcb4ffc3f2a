// bench/questions/main.ts: the command `npm run bench:questions`.
import { benchmark } from '../harness/benchmark.ts';
import type { Result } from '../harness/race.ts';
import { cases, measure, targets } from './measure.ts';

await benchmark({
  name: 'bench:questions',
  description:
    'Asks the five questions that people come with of ledgers of 10,000 and 100,000 jobs: by at most two clicks from home, and by one ' +
    'command each, with how long that takes and what it reads.',
  cases,
  run: async (chosen, { runs, progress }) => {
    const results: Result[] = [];
    for (const each of chosen) {
      progress(each.name);
      results.push(...(await measure(each, runs)));
    }
    return results;
  },
  targets,
  columns: [
    { title: 'clicks', number: 'clicks' },
    { title: 'slowest page, CPU, ms', number: 'slowestMs', as: 'spread' },
    { title: 'CPU, ms', number: 'cpuMs', as: 'spread' },
    { title: 'wall, ms', number: 'wallMs', as: 'spread' },
    { title: 'requests', number: 'requests' },
    { title: 'items read', number: 'items' },
    { title: 'answer, KB', number: 'kb' },
  ],
});
