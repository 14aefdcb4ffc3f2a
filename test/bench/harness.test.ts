import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { answerOf, checkAnswer, WrongAnswerError } from '../../bench/harness/answer.ts';
import { Bundler } from '../../bench/harness/bundle.ts';
import { withSection } from '../../bench/harness/document.ts';
import { race } from '../../bench/harness/race.ts';
import { spread, spreads } from '../../bench/harness/statistics.ts';
import type { Course, Entrant } from '../../bench/harness/trial.ts';
import type { Script } from './contenders/scripted.ts';

const bundler = new Bundler();
afterAll(() => bundler[Symbol.dispose]());

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

describe('a race', () => {
  const ids = ['a', 'b'];
  const scripted = (name: string, brings: Script['brings'], passes = Object.keys(brings)): Entrant => ({
    name,
    entry: new URL('./contenders/scripted.ts', import.meta.url),
    config: { brings } satisfies Script,
    passes,
  });
  const course: Course = { expected: async () => answerOf(ids) };

  test('gives each run of each pass of each contender, with what it said and what was counted around it', async () => {
    let requests = 0;
    const counted = async () => {
      requests += 5;
      return { requests };
    };
    const counting: Course = { ...course, counted };
    const results = await race([scripted('one', { cold: ids, warm: ids })], counting, 2, { bundler });
    expect(results.map(({ entrant, pass, runs }) => [entrant, pass, runs.length])).toEqual([
      ['one', 'load', 2],
      ['one', 'cold', 2],
      ['one', 'warm', 2],
    ]);
    for (const { spread: numbers } of results.slice(1)) {
      expect(numbers).toMatchObject({ requests: { median: 5 }, brought: { median: 2 } });
      expect(Object.keys(numbers)).toEqual(expect.arrayContaining(['wallMs', 'cpuMs', 'rssMb']));
    }
  });

  test('lets the contenders take turns, and another one begin each round', async () => {
    const order: string[] = [];
    const noting: Course = { ...course, before: async (pass) => void order.push(pass) };
    await race([scripted('one', { a: ids }), scripted('two', { b: ids })], noting, 3, { bundler });
    expect(order.join('')).toBe('abbaab');
  });

  test('fails where one answer of one pass is wrong, and says whose', async () => {
    const entrants = [scripted('right', { cold: ids }), scripted('hasty', { cold: ids, warm: ['a'] })];
    const racing = race(entrants, course, 1, { bundler });
    await expect(racing).rejects.toThrow(WrongAnswerError);
    await expect(racing).rejects.toThrow(/hasty, warm, brought 1 ids where there are 2/);
  });

  test('fails where a contender fails, and says whose', async () => {
    const broken = scripted('broken', { cold: ids }, ['cold', 'unheard of']);
    await expect(race([broken], course, 1, { bundler })).rejects.toThrow(/broken failed: .*no script for unheard of/);
  });
});

describe('the document', () => {
  const text = '# Performance\n\nBy hand.\n\n<!-- bench:list -->\nold\n<!-- /bench:list -->\n\nMore.\n';

  test('gets what was measured between the marks of its part, and keeps the rest', () => {
    expect(withSection(text, 'list', 'new\n')).toBe(
      '# Performance\n\nBy hand.\n\n<!-- bench:list -->\n\nnew\n\n<!-- /bench:list -->\n\nMore.\n',
    );
  });

  test('gets a section that is not there yet at its end', () => {
    expect(withSection(text, 'api', 'new')).toBe(`${text}\n<!-- bench:api -->\n\nnew\n\n<!-- /bench:api -->\n`);
  });

  test('with half of the marks is left alone', () => {
    expect(() => withSection('<!-- bench:list -->', 'list', 'new')).toThrow(/put both back/);
  });
});
