import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooser } from '../functions/patterns.ts';

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
