import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OutputFile } from '../../../bin/process/output-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-file-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('two that write the same file at once leave one of them, whole', async () => {
  const path = join(dir, 'report.html');
  await using first = await OutputFile.open('--output', path);
  await using second = await OutputFile.open('--output', path);
  await first.write('the first, which is longer');
  await second.write('the second');
  await first.keep();
  expect(await readFile(path, 'utf8')).toBe('the first, which is longer');
  await second.write(', to its end');
  await second.keep();
  expect(await readFile(path, 'utf8')).toBe('the second, to its end');
  expect(await readdir(dir)).toEqual(['report.html']);
});

test('one that is not kept leaves what was there', async () => {
  const path = join(dir, 'report.html');
  await writeFile(path, 'before');
  {
    await using file = await OutputFile.open('--output', path);
    await file.write('half');
  }
  expect(await readFile(path, 'utf8')).toBe('before');
  expect(await readdir(dir)).toEqual(['report.html']);
});

test('a link to a file stays a link, and the file is replaced', async () => {
  await writeFile(join(dir, 'real.html'), 'before');
  await symlink('real.html', join(dir, 'link.html'));
  await using file = await OutputFile.open('--output', join(dir, 'link.html'));
  await file.write('after');
  await file.keep();
  expect(await readFile(join(dir, 'real.html'), 'utf8')).toBe('after');
  expect(await readdir(dir)).toEqual(['link.html', 'real.html']);
});

test.each([
  ['', '--output: expected the name of a file, got ""'],
  ['/dev/null', '--output /dev/null: expected a regular file, or a name that is free'],
  [tmpdir(), `--output ${tmpdir()}: expected a regular file, or a name that is free`],
])('%j is refused, and stays as it is', async (path, message) => {
  await expect(OutputFile.open('--output', path)).rejects.toThrow(message);
});
