import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KnownProject } from '../../functions/ledger/model/known-project.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, valuesOf } from './command-line.ts';

const WORLD = { seed: 7, clusters: 1, jobs: 2 };

describe('a project that the key no longer sees', () => {
  let whole: AtlasSimulator;
  let less: AtlasSimulator;
  let shell: CommandLine;
  let lost: { id: string; name: string };
  beforeAll(async () => {
    whole = await startAtlas({ ...WORLD, projects: 3 });
    less = await startAtlas({ ...WORLD, projects: 2 });
    const left = new Set(less.world.projects.map(({ id }) => id));
    lost = whole.world.projects.find(({ id }) => !left.has(id)) as typeof lost;
    shell = await CommandLine.open(accessTo(less));
    expect(await shell.run(['collect'], { env: accessTo(whole) })).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await whole.close();
    await less.close();
  });
  const known = async () =>
    JSON.parse((await shell.run(['retire', '--list', '--json'])).stdout) as (KnownProject | undefined)[];
  const retire = (...more: string[]) => shell.run(['retire', '--project', lost.id, ...more]);

  test('can’t be retired while it is seen, nor can one that is unknown; and a reason is needed', async () => {
    const reason = ['--reason', 'deleted'];
    expect(await retire(...reason)).toMatchObject({ code: 1, stderr: expect.stringContaining('is visible to') });
    const unknown = await shell.run(['retire', '--project', 'f'.repeat(24), ...reason]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('check the id') });
    expect(await retire()).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
    expect(await retire('--reason', ' ')).toMatchObject({ code: 2 });
    expect(await retire('--reason', 'x'.repeat(501))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--reason: expected a text of 1 to 500 characters, got "${'x'.repeat(99)}…"\n`),
    });
    expect(await shell.run(['retire'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--project') });
    expect(await shell.run(['retire', '--list', '--undo'])).toMatchObject({ code: 2 });
    expect(await shell.run(['retire', '--list', '--api', 'http://127.0.0.1:1'])).toMatchObject({ code: 2 });
    expect(await retire('--undo', ...reason)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not retired'),
    });
    expect((await shell.run(['retire', '--list'])).stdout).toMatch(/^Every project .* visible\.\n$/);
    // A deployed ledger names credentials by the ARN of their secret.
    const secret = `arn:aws:secretsmanager:us-east-1:111111111111:secret:AtlasRestoreLedger-CredentialsSecret40F8BB41-${'x'.repeat(20)}`;
    expect(await shell.run(['retire', '--credentials', secret, ...reason])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`no credentials ${secret} count`),
    });
  });

  test('is named in each run, which ends with 3, and as an event once', async () => {
    for (const events of [1, 0]) {
      const { code, stdout, stderr } = await shell.run(['collect']);
      expect([code, valuesOf(stdout)]).toEqual([3, expect.objectContaining({ result: 'incomplete', projects: '2' })]);
      expect(stdout).toContain(`  ${lost.name}, project: no credentials see it since `);
      expect(stderr.match(/^warning {3}Project Not Visible {2}/gm) ?? []).toHaveLength(events);
    }
    expect(await known()).toMatchObject([{ projectId: lost.id, notVisibleSince: expect.any(String) }]);
    expect((await shell.run(['retire', '--list'])).stdout).toMatch(
      new RegExp(`^${lost.name} +${lost.id} +not visible`, 'm'),
    );
  });

  test('is out of scope once it is retired, with who, when and why on record, and in scope again by --undo', async () => {
    const done = await retire('--reason', 'deleted, ticket 4711');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('is retired'), stderr: '' });
    const by = `${userInfo().username}@${hostname()}`;
    expect(await known()).toMatchObject([{ retired: { by, reason: 'deleted, ticket 4711' } }]);
    expect(await retire('--reason', 'again')).toMatchObject({ code: 1 });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });

    expect(await retire('--undo', '--reason', 'the wrong one', '--by', 'grace')).toMatchObject({ code: 0 });
    const [project] = await known();
    expect(project?.retired).toBeUndefined();
    expect(project?.changes.at(-1)).toMatchObject({ what: 'reinstated', by: 'grace', reason: 'the wrong one' });
    expect(await shell.run(['collect'])).toMatchObject({ code: 3 });
  });

  test('that is retired and seen again is collected again by itself', async () => {
    expect(await retire('--reason', 'deleted')).toMatchObject({ code: 0 });
    const { code, stdout } = await shell.run(['collect'], { env: accessTo(whole) });
    expect([code, valuesOf(stdout).projects]).toEqual([0, '3']);
    expect(await known()).toEqual([]);
  });
});

test('a key without a role in any project: nothing is read, the end is 1, and it says what to do', async () => {
  await using atlas = await startAtlas({ ...WORLD, projects: 0 });
  await using shell = await CommandLine.open(accessTo(atlas));
  const { code, stdout, stderr } = await shell.run(['collect']);
  expect([code, valuesOf(stdout).result]).toEqual([1, 'failed']);
  expect(stderr).toMatch(/^restore-ledger: nothing could be read: .*Project Backup Manager/m);
});

test('a run that was killed is ended by the next one, which says what was never read in it', async () => {
  await using atlas = await startAtlas({ ...WORLD, projects: 12, latencyMs: 100 });
  await using shell = await CommandLine.open(accessTo(atlas));
  const collecting = shell.start(['collect']);
  await collecting.until(() => atlas.requests.some(({ path }) => path.includes('estoreJobs')));
  collecting.signal('SIGINT');
  await collecting.until(({ stderr }) => stderr.includes('Ctrl-C again'));
  collecting.signal('SIGINT');
  await collecting.ended;
  expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  const runs = JSON.parse((await shell.run(['runs', '--json'])).stdout) as Run[];
  expect(runs.map(({ status }) => status)).toEqual(['complete', expect.stringMatching(/^(failed|incomplete)$/)]);
  const [died] = runs[1]?.failures ?? [];
  expect(died).toMatchObject({
    code: 'RUN_DIED',
    message: expect.stringMatching(/projects? never read in it: .* and \d+ more$/),
  });
});
