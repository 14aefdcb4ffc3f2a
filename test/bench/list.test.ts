import { afterAll, describe, expect, test } from 'vitest';
import { BenchAtlas } from '../../bench/atlas/atlas.ts';
import { WrongAnswerError } from '../../bench/harness/answer.ts';
import { Bundler } from '../../bench/harness/bundle.ts';
import { race } from '../../bench/harness/race.ts';
import type { Entrant } from '../../bench/harness/trial.ts';
import { type Cell, cells, entrants, nameOf } from '../../bench/list/cells.ts';
import { courseOn } from '../../bench/list/list.ts';
import { targetsOf } from '../../bench/list/targets.ts';
import type { Script } from './contenders/scripted.ts';

const bundler = new Bundler();
afterAll(() => bundler[Symbol.dispose]());

const size = { clusters: 27, jobs: 3 };
const cell: Cell = { size, latencyMs: 0, scheme: 'digest', field: 'all' };

describe('on a world of 27 clusters in two projects', () => {
  test.each(['digest', 'oauth'] as const)('everybody finds every job once, signed in by %s', async (scheme) => {
    await using atlas = await BenchAtlas.start(size, bundler);
    const results = await race(entrants({ ...cell, scheme }, atlas.access), courseOn(atlas), 1, { bundler });
    const answeredOf = (who: string, pass: string) => {
      const numbers = results.find((result) => result.entrant === who && result.pass === pass)?.spread;
      return (numbers?.requests?.median ?? 0) - (numbers?.challenges?.median ?? 0);
    };
    // Projects, three lists of clusters of each project, one list of jobs of each cluster; a token is a request of its own.
    const lists = 1 + 2 * 3 + 27;
    expect(answeredOf('probe', 'warm')).toBe(lists);
    const token = scheme === 'oauth' ? 1 : 0;
    for (const who of ['probe', 'client alone', 'collector', 'fetch'])
      expect(answeredOf(who, 'cold')).toBe(lists + token);
  });

  test('who does not look again in the steady pass is found out', async () => {
    await using atlas = await BenchAtlas.start(size, bundler);
    const { count } = await atlas.expected();
    const [probe] = entrants(cell, atlas.access) as [Entrant];
    const lazy: Entrant = {
      name: 'lazy',
      entry: new URL('./contenders/scripted.ts', import.meta.url),
      config: { brings: { steady: Array.from({ length: count }, (_, nth) => String(nth)) } } satisfies Script,
      passes: ['steady'],
    };
    expect(count).toBe(27 * 3);
    await expect(race([probe, lazy], courseOn(atlas), 1, { bundler })).rejects.toThrow(WrongAnswerError);
    // Three of 27 clusters have news, for each of the probe's two steady passes and the other's one.
    expect((await atlas.expected()).count).toBeGreaterThan(count);
    await atlas.removeNews();
    expect((await atlas.expected()).count).toBe(count);
  });
});

test('cells are chosen by the words of their names', () => {
  const all = cells({ quick: false, only: [] }).map(nameOf);
  expect(all).toHaveLength(4 * 3 * 2);
  expect(new Set(all).size).toBe(all.length);
  expect(cells({ quick: false, only: ['50x300', '120', 'digest'] }).map(nameOf)).toEqual(['50x300 120 ms digest']);
  expect(cells({ quick: true, only: [] }).length).toBeLessThan(all.length);
});

test('targets hold the collector against the probe where it is far away', () => {
  const result = (entrant: string, pass: string, wallMs: number, cpuMs: number) => ({
    ...{ entrant, pass, runs: [] },
    spread: Object.fromEntries(
      Object.entries({ wallMs, cpuMs }).map(([name, median]) => [name, { median, min: median, max: median }]),
    ),
  });
  const results = [
    result('probe', 'cold', 100, 10),
    result('collector', 'cold', 110, 30),
    result('probe', 'steady', 100, 10),
    result('collector', 'steady', 150, 10),
  ];
  const near = { cell: { ...cell, latencyMs: 20 }, results };
  const far = { cell: { ...cell, latencyMs: 120 }, results };
  expect(targetsOf([near, far])).toEqual([
    { what: '27x3 120 ms digest, cold: wall', limit: 1.15, measured: 1.1 },
    { what: '27x3 120 ms digest, cold: CPU', limit: 2, measured: 3 },
    { what: '27x3 120 ms digest, steady: wall', limit: 1.1, measured: 1.5 },
  ]);
});
