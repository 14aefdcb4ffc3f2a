import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GENERATED } from './generated.ts';

test.each(GENERATED)('$path is what `npm run docs` writes', ({ path, text }) => {
  expect(readFileSync(path, 'utf8'), 'out of date: npm run docs').toBe(text());
});
