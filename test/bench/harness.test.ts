import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerOf, checkAnswer, WrongAnswerError } from '../../bench/harness/answer.ts';
import { race, ratio } from '../../bench/harness/race.ts';
import { growth, spread, spreads } from '../../bench/harness/statistics.ts';
import { resultTable, targetTable } from '../../bench/harness/table.ts';
import { type Entrant, type Fixture, runTrial } from '../../bench/harness/trial.ts';
import type { Script } from './contenders/scripted.ts';

describe('a spread', () => {
  test.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[5, 1, 2], { median: 2, min: 1, max: 5 }],
    [[4, 1, 2, 9], { median: 3, min: 1, max: 9 }],
  ])('of %j is %j', (values, expected) => {
    expect(spread(values)).toEqual(expected);
  });

  test('does not depend on the order, and half of the values are on either side of the median', () => {
    // No measurement is -0, which has no place of its own beside 0 in an order.
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((one) => one + 0);
    const values = fc.array(value, { minLength: 1 });
    fc.assert(
      fc.property(values, (all) => {
        const { median, min, max } = spread(all);
        expect(spread([...all].reverse())).toEqual({ median, min, max });
        expect(all.filter((value) => value < median).length).toBeLessThanOrEqual(all.length / 2);
        expect(all.filter((value) => value > median).length).toBeLessThanOrEqual(all.length / 2);
        expect([min, max]).toEqual([Math.min(...all), Math.max(...all)]);
      }),
    );
  });

  test('of nothing is an error', () => {
    expect(() => spread([])).toThrow(RangeError);
  });

  test('is made of the numbers that all runs have', () => {
    expect(spreads([{ wallMs: 2, retries: 1 }, { wallMs: 4 }])).toEqual({ wallMs: { median: 3, min: 2, max: 4 } });
  });
});

describe('an answer', () => {
  const right = answerOf(['a', 'b', 'c']);

  test('is right in any order', () => {
    expect(() => checkAnswer('who', answerOf(['c', 'a', 'b']), right)).not.toThrow();
  });

  test.each([
    ['lacks one', ['a', 'b']],
    ['has one too many', ['a', 'b', 'c', 'd']],
    ['has another one instead', ['a', 'b', 'd']],
    ['has one twice', ['a', 'b', 'c', 'c']],
    ['has one twice instead of another', ['a', 'b', 'b']],
    ['is empty', []],
  ])('that %s is wrong', (_, ids) => {
    expect(() => checkAnswer('who', answerOf(ids), right)).toThrow(WrongAnswerError);
  });
});

describe('growth', () => {
  test.each([
    [0, [5, 5, 5]],
    [1, [3, 30, 300]],
    [2, [1, 100, 10_000]],
    [0, [0, 0, 0]],
  ])('is the exponent %d over sizes of 10, 100 and 1,000 for %j', (exponent, values) => {
    expect(growth(values.map((y, at) => ({ x: 10 ** (at + 1), y })))).toBeCloseTo(exponent);
  });

  test('of one size is an error', () => {
    expect(() => growth([{ x: 10, y: 1 }])).toThrow(RangeError);
  });
});

describe('a race', () => {
  const ids = ['a', 'b'];
  const scripted = (name: string, finds: Script['finds'], passes = Object.keys(finds)): Entrant => ({
    name,
    entry: new URL('./contenders/scripted.ts', import.meta.url),
    config: { finds } satisfies Script,
    passes,
  });
  const fixture: Fixture = { expected: async () => answerOf(ids) };
  const raceOn = (entrants: readonly Entrant[], rounds: number, on = fixture) =>
    race('here', entrants, rounds, (entrant) => runTrial(entrant, on));

  test('measures each pass of each contender, with what it said and what was counted around it', async () => {
    let requests = 0;
    const counted = async () => {
      requests += 5;
      return { requests };
    };
    const results = await raceOn([scripted('one', { cold: ids, warm: ids })], 2, { ...fixture, counted });
    expect(results.map((each) => [each.case, each.contender, each.pass])).toEqual([
      ['here', 'one', 'cold'],
      ['here', 'one', 'warm'],
    ]);
    for (const { spread: numbers } of results) {
      expect(numbers).toMatchObject({ requests: { median: 5 }, found: { median: 2 } });
      expect(Object.keys(numbers)).toEqual(expect.arrayContaining(['wallMs', 'cpuMs', 'rssMb']));
    }
  });

  test('lets the contenders take turns, and another one begin each round', async () => {
    const order: string[] = [];
    const noting: Fixture = { ...fixture, before: async (pass) => void order.push(pass) };
    await raceOn([scripted('one', { a: ids }), scripted('two', { b: ids })], 3, noting);
    expect(order.join('')).toBe('abbaab');
  });

  test('fails where one answer of one pass is wrong, and says whose', async () => {
    const racing = raceOn([scripted('right', { cold: ids }), scripted('hasty', { cold: ids, warm: ['a'] })], 1);
    await expect(racing).rejects.toThrow(WrongAnswerError);
    await expect(racing).rejects.toThrow(/hasty, warm: found 1 ids, expected 2/);
  });

  test('fails where a contender fails, and says whose', async () => {
    const broken = scripted('broken', { cold: ids }, ['cold', 'unheard of']);
    await expect(raceOn([broken], 1)).rejects.toThrow(/broken failed: .*no script for unheard of/);
  });
});

describe('a table', () => {
  const result = (contender: string, ms: number) => ({
    case: '1x1',
    contender,
    pass: 'cold',
    spread: { wallMs: { median: ms, min: ms - 1, max: ms + 1 } },
  });
  const results = [result('probe', 10), result('collector', 15)];

  test('shows medians with their spread, and ratios by the baseline', () => {
    const columns = [
      { title: 'wall, ms', number: 'wallMs', as: 'spread' },
      { title: 'x', number: 'wallMs', as: 'ratio' },
      { title: 'CPU', number: 'cpuMs' },
    ] as const;
    expect(resultTable(columns, results, 'probe').split('\n')).toEqual([
      '| case | contender | pass |      wall, ms |    x | CPU |',
      '| ---- | --------- | ---- | ------------: | ---: | --: |',
      '| 1x1  | probe     | cold |  10 (9 to 11) |      |     |',
      '| 1x1  | collector | cold | 15 (14 to 16) | 1.50 |     |',
    ]);
  });

  test('a ratio that was not measured is none', () => {
    const [, collector] = results;
    expect(collector && ratio(results, collector, 'probe', 'cpuMs')).toBeUndefined();
    expect(collector && ratio(results, collector, 'nobody', 'wallMs')).toBeUndefined();
  });

  test('says which targets were met', () => {
    const targets = [
      { what: 'a', limit: 1.1, measured: 1.1 },
      { what: 'b', limit: 2, measured: 3 },
    ];
    expect(targetTable(targets)).toMatch(/\| a +\| met +\|[\s\S]*\| b +\| missed by 50 % \|/);
  });
});
