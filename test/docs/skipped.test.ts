// What npm run test:deploy skips is named with its reason, there and in docs/develop.md.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SKIP = /\.(?:skipIf\([^)]*\)|skip|todo)\(\s*(?:`([^`]*)`|'([^']*)'|"([^"]*)")?/g;

const skips = readdirSync('test/deploy')
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [...readFileSync(`test/deploy/${name}`, 'utf8').matchAll(SKIP)])
  .map(([text, ...names]) => names.find((name) => name !== undefined) ?? text);

test('each skip of the deployment tests says what and why, and the documents list it', () => {
  const documents = readFileSync('docs/develop.md', 'utf8');
  expect(skips.length).toBeGreaterThan(8);
  for (const skip of skips) {
    expect(skip).toMatch(/^.+: .+/s);
    expect(documents).toContain(`| ${skip.slice(0, skip.indexOf(': '))} | `);
  }
  const [, table = ''] = documents.split('skips\n');
  expect(table.split('\n## ')[0]?.match(/^\| (?!skipped|---)/gm)).toHaveLength(skips.length);
});
