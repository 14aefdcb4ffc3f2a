import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { objectivesOf, parseObjective } from '../../../functions/restore/objectives/objective.ts';

const HOUR = 3_600;
const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
const blanks = fc.constantFrom('', ' ', '  ');
const duration = fc
  .record({ n: fc.integer({ min: 1, max: 3_650 }), unit: fc.constantFrom('m', 'h', 'd', 'M', 'H', 'D') })
  .map(({ n, unit }) => ({
    text: `${n}${unit}`,
    seconds: n * { m: 60, h: HOUR, d: 86_400 }[unit.toLowerCase() as 'm'],
  }));

describe('a line of objectives', () => {
  test('is understood however it is spaced, and whichever side comes first', () => {
    const line = fc.record({
      ...{ project: word, cluster: word, rto: fc.option(duration), rpo: fc.option(duration), turned: fc.boolean() },
      ...{ blank: blanks, upper: fc.boolean() },
    });
    fc.assert(
      fc.property(line, ({ project, cluster, rto, rpo, turned, blank, upper }) => {
        const sides = [rto && `rto ${rto.text}`, rpo && `rpo ${rpo.text}`].filter((side) => side !== null);
        const clause = (turned ? sides.toReversed() : sides).join(`${blank},${blank}`) || 'none';
        const text = `${project}/${cluster}${blank}=${blank}${upper ? clause.toUpperCase() : clause}${blank}`;
        const parsed = parseObjective(text);
        expect(parsed).toMatchObject({ text: text.trim() });
        expect([parsed?.rtoSeconds, parsed?.rpoSeconds]).toEqual([rto?.seconds, rpo?.seconds]);
        expect(parsed?.fits(project, cluster)).toBe(true);
        expect(parsed?.fits(`${project}x`, cluster)).toBe(false);
      }),
    );
  });

  test('whatever is written, parsing neither throws nor makes an objective of no time', () => {
    const parts = fc.constantFrom('prod/a', '=', ' ', 'rto', 'rpo', '1h', '0m', ',', 'none', '99999d', '-1h', '1.5h');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 9 }), (some) => {
        const { rtoSeconds = 60, rpoSeconds = 60 } = parseObjective(some.join('')) ?? {};
        expect(Math.min(rtoSeconds, rpoSeconds)).toBeGreaterThanOrEqual(60);
        expect(Math.max(rtoSeconds, rpoSeconds)).toBeLessThanOrEqual(3_650 * 86_400);
      }),
    );
  });

  test.each([
    '',
    'prod/a',
    'prod/a =',
    'prod = rto 1h',
    '/a = rto 1h',
    'prod/a = rto',
    'prod/a = rto 60',
    'prod/a = rto 1.5h',
    'prod/a = rto 0m',
    'prod/a = rto 3651d',
    'prod/a = rto 1h rpo 2h',
    'prod/a = rto 1h, rto 2h',
    'prod/a = rto 1h,',
    'prod/a = rto 1h, none',
    'prod/a = rta 1h',
    'prod/a\u0000 = rto 1h',
  ])('%j is none', (text) => expect(parseObjective(text)).toBeUndefined());

  test('the last equals sign ends the pattern', () => {
    expect(parseObjective('a=b/c=d = rpo 1d')?.fits('a=b', 'c=d')).toBe(true);
  });
});

describe('several lines', () => {
  const objectives = objectivesOf(['prod/scratch = none', 'prod/orders = rto 1h', 'prod/* = rto 4h, rpo 1d']);

  test('the first that fits applies, as a whole', () => {
    expect(objectives.of('PROD', 'Orders')).toMatchObject({ text: 'prod/orders = rto 1h', rtoSeconds: HOUR });
    expect(objectives.of('prod', 'orders')?.rpoSeconds).toBeUndefined();
    expect(objectives.of('prod', 'billing')).toMatchObject({ rtoSeconds: 4 * HOUR, rpoSeconds: 24 * HOUR });
  });

  test('`none` exempts, and nothing applies where none fits', () => {
    expect(objectives.of('prod', 'scratch')).toMatchObject({ text: 'prod/scratch = none' });
    expect(objectives.of('dev', 'orders')).toBeUndefined();
  });

  test('a wrong one is named', () => {
    expect(() => objectivesOf(['*/* = none', 'prod/a = 1h'])).toThrow('got "prod/a = 1h"');
  });
});
