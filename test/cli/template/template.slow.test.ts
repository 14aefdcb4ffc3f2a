// `npm run template` as a process, with the bundles of all functions.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKAGE_DIR } from '../command-line.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restore-ledger-written-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (output: string, ...args: string[]) =>
  run('npm', ['run', '--silent', 'template', '--', '--output', join(folder, output), ...args], { cwd: PACKAGE_DIR });
const filesOf = async (output: string) =>
  (await readdir(join(folder, output), { recursive: true })).filter((name) => /\.(json|zip)$/.test(name)).sort();

test('the same settings give the same template and assets, byte for byte, and replace what was there', async () => {
  const { stdout, stderr } = await write('one');
  expect(stdout).toContain(`--template-file "${join(folder, 'one')}/AtlasRestoreLedger.template.json"`);
  expect(stderr).toContain('notify nobody');
  await write('two', '-c', 'stackName=Other');
  await writeFile(join(folder, `two/assets/${'0'.repeat(64)}.zip`), '');
  await write('two');
  expect(await filesOf('two')).toEqual(await filesOf('one'));
  expect(await filesOf('one')).toHaveLength(6);
  for (const name of await filesOf('one'))
    expect((await readFile(join(folder, 'one', name))).equals(await readFile(join(folder, 'two', name))), name).toBe(
      true,
    );
});
