import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyOf, chooser, matcher } from '../../functions/platform/patterns.ts';

test('without patterns every name is chosen', () => {
  fc.assert(fc.property(fc.string(), (name) => chooser({})(name)));
});

test.each([
  ['prod-*', 'prod-eu', true],
  ['prod-*', 'PROD-EU', true],
  ['prod-*', 'nonprod-eu', false],
  ['cluster?', 'cluster1', true],
  ['cluster?', 'cluster12', false],
  ['a.c', 'abc', false],
  ['*', '', true],
])('%s and %s: %s', (pattern, name, chosen) => {
  expect(chooser({ include: [pattern] })(name)).toBe(chosen);
});

test('any name chooses itself, whatever characters it has, and an exclusion wins', () => {
  fc.assert(
    fc.property(
      fc.string().filter((name) => !/[*?]/.test(name)),
      (name) => {
        expect(chooser({ include: [name] })(name)).toBe(true);
        expect(chooser({ include: [name], exclude: ['*'] })(name)).toBe(false);
      },
    ),
  );
});

describe('a pattern', () => {
  /** The definition, character by character; too slow for use. */
  const fits = (pattern: string, name: string): boolean => {
    if (pattern === '') return name === '';
    const [first = '', rest] = [pattern[0], pattern.slice(1)];
    if (first === '*') return fits(rest, name) || (name !== '' && fits(pattern, name.slice(1)));
    return name !== '' && (first === '?' || first === name[0]) && fits(rest, name.slice(1));
  };
  const over = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength });

  test('fits what its definition says, with any number of stars', () => {
    fc.assert(
      fc.property(over('ab*?', 8), over('ab', 10), (pattern, name) => {
        expect(matcher(pattern)(name)).toBe(fits(pattern, name));
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes a name that almost fits for what it is, however long', () => {
    expect(matcher('*a*a*a*a*a*a*a*a*b')('a'.repeat(100_000))).toBe(false);
    expect(matcher('*a*a*a*a*a*a*a*a*b')(`${'a'.repeat(100_000)}B`)).toBe(true);
  });
});

test('any of several patterns is enough, and of none nothing fits', () => {
  expect(['prod-eu', 'ops', 'dev'].map(anyOf(['prod-*', 'OPS']))).toEqual([true, true, false]);
  expect(anyOf([])('')).toBe(false);
});
