import { expect, test } from 'vitest';
import { questionsOf } from '../../bench/big/questions.ts';
import { cases, targets } from '../../bench/questions/measure.ts';

test('a hundred thousand jobs are asked, each question by at most two clicks and one command', () => {
  expect(cases(false).map(({ jobs }) => jobs)).toEqual([10_000, 100_000]);
  const questions = questionsOf({ jobs: 100_000, clusters: 1_000, runs: 60, untilMs: Date.parse('2026-11-23') });
  expect(questions).toHaveLength(5);
  for (const { clicks } of questions) expect(clicks.length).toBeLessThanOrEqual(2);
});

test('targets: a page takes at most a second, a command a second beyond its start, and neither reads more than it may', () => {
  const spread = (median: number) => ({ median, min: median, max: median });
  const result = (contender: string, pass: string, ms: number) => ({
    ...{ case: '100000 jobs', contender, pass },
    spread: { slowestMs: spread(ms), cpuMs: spread(ms), requests: spread(1_000), items: spread(0) },
  });
  const found = targets([
    result('page', 'which clusters lack a proven drill', 700),
    result('command', 'which clusters lack a proven drill', 1_600),
    result('command', 'what happened to a job', 1_400),
  ]);
  const of = (words: RegExp) => found.filter(({ what }) => words.test(what)).map(({ measured }) => measured);
  expect(of(/CPU/)).toEqual([700, 200, 0]);
  expect(found.filter(({ what }) => /requests/.test(what)).every(({ limit, measured }) => measured > limit)).toBe(true);
});
