import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../docs/decisions/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const files = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .sort();

test('the index lists every decision in order, with its title', () => {
  const rows = files.map((file) => {
    const [, number, title] = /^# (\d{4}): (.+)\n/.exec(read(file)) ?? [];
    return `| ${number} | [${title}](${file}) |`;
  });
  expect(read('README.md').match(/^\| \d.*$/gm)).toEqual(rows);
});

test('numbers begin at 0010, leave none out, and are those of the file names', () => {
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => 10 + index));
  for (const file of files) expect(read(file).slice(2, 6)).toBe(file.slice(0, 4));
});
