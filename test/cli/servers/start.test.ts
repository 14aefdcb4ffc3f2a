import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandLine, PACKAGE_DIR } from '../command-line.ts';

const NPM = { command: 'npm' };
const args = (...flags: string[]) => ['--prefix', PACKAGE_DIR, '--silent', 'start', '--', ...flags];
const SMALL = ['--projects', '2', '--clusters', '2', '--jobs', '10'];

test('npm start -- --once collects a simulated world and shows jobs, coverage and what to try next', async () => {
  await using shell = await CommandLine.open();
  const { code, stdout, stderr } = await shell.run(args('--once', '--activity', '0', ...SMALL), NPM);
  expect({ code, stderr: withoutNpm(stderr) }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Atlas simulator +http:\/\/127\.0\.0\.1:\d+ .*\nDynamoDB +http:\/\/127\.0\.0\.1:\d+ /);
  expect(stdout).not.toContain('Page and API'); // nobody could open it before it ends
  expect(stdout).toMatch(/First collection +40 restore jobs of 4 clusters in 2 projects, 40 new; \d+ Atlas requests/);
  expect(stdout).toMatch(
    /The newest 15 restore jobs\n\nrequested \(UTC\) +project +cluster +status +delivery +target +took +requested by +grade +findings\n/,
  );
  expect(stdout).toMatch(
    /2 projects, 4 clusters, 40 jobs; 6 lists of restore jobs up to date\.\nComplete for restores of these clusters requested before [^\n]+ UTC, based on full readings\.\nOf the time before a cluster was first read, [^\n]+\nThe table itself was not counted: [^\n]+\n\nWhat next/,
  );
  // What a terminal of 120 columns shows unbroken.
  expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test('--rules are what its restores are held against', async () => {
  await using shell = await CommandLine.open();
  await writeFile(join(shell.dir, 'rules.json'), '{"rulesOff":["failed"],"slowMinutes":1}');
  const { code, stdout } = await shell.run(args('--once', '--rules', join(shell.dir, 'rules.json'), ...SMALL), NPM);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d{4}-\S+ \S+ .* COMPLETED .* slow\b/m);
  expect(stdout).not.toMatch(/ FAILED .* failed$/m);
  await writeFile(join(shell.dir, 'rules.json'), '{"slow":1}');
  const wrong = await shell.run(args('--once', '--rules', join(shell.dir, 'rules.json')), NPM);
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--rules \S+rules\.json: slow: expected no field/),
  });
});

test('a wrong flag is named, with 2', async () => {
  await using shell = await CommandLine.open();
  const { code, stderr } = await shell.run(args('--clusters', '0'), NPM);
  expect(code).toBe(2);
  expect(withoutNpm(stderr)).toMatch(/--clusters: expected a whole number from 1 to 1000, got "0"\n/);
});

const withoutNpm = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('npm '))
    .join('\n');
