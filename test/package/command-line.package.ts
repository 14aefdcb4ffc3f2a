import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { Project } from './project.ts';

const MIB = 1024 * 1024;
/** Of files; 81 on 2026-11-29 (docs/decisions/0029-packages.md). */
const LIMIT_MIB = 85;

test('the command line alone: no CDK is installed, and the ledger can be written and read', async () => {
  await using project = await Project.create();
  const { output } = await project.install(inject('tarball'));
  expect(output).not.toMatch(/EBADENGINE|deprecated/);
  expect(project.has('node_modules/aws-cdk-lib')).toBe(false);
  expect(project.has('node_modules/constructs')).toBe(false);

  const size = (await project.installedBytes()) / MIB;
  console.log(`installed: ${size.toFixed(0)} MiB of at most ${LIMIT_MIB}`);
  expect(size).toBeLessThan(LIMIT_MIB);

  const simulator = project.start('node_modules/.bin/restore-ledger', 'simulate', '--port', '0', '--activity', '0');
  try {
    const credentials = await simulator.exports(3);
    const collected = await project.runWith(credentials, 'node_modules/.bin/restore-ledger', 'collect', '--full');
    expect(collected.code, collected.output).toBe(0);
  } finally {
    await simulator.stop();
  }
  const jobs = await project.mustRun('node_modules/.bin/restore-ledger', 'jobs', '--format', 'ndjson', '--limit', '5');
  expect(jobs.output.trim().split('\n')).toHaveLength(5);
});

test('installed globally it is on PATH, with its manual page; npx runs it without that', async () => {
  await using project = await Project.create();
  const prefix = join(project.folder, 'global');
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  await project.mustRun('npm', 'install', '--global', '--prefix', prefix, ...quiet, inject('tarball'));
  const onPath = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}` };
  const version = /^\d+\.\d+\.\d+\n/;
  expect(await project.runWith(onPath, 'restore-ledger', '--version')).toMatchObject({
    ...{ code: 0, output: expect.stringMatching(version) },
  });
  expect(project.read('global/share/man/man1/restore-ledger.1')).toMatch(/^\.TH RESTORE/m);
  const npx = ['--yes', '--prefer-offline', '--package', inject('tarball'), 'restore-ledger', '--version'];
  expect((await project.mustRun('npx', ...npx)).output).toMatch(version);
});
