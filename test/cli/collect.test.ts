import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AtlasSimulator } from '../../local/atlas/server.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, NOTEWORTHY, valuesOf } from './command-line.ts';

// 3 projects, a cluster of each tier but free: 6 lists for 12 jobs each, 15 of them below.
const WORLD = { seed: 7, projects: 2, clusters: 2, jobs: 10 };
const JOBS = 40;

describe('collect', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas(WORLD);
    shell = await CommandLine.open(accessTo(atlas));
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  test('the first time everything is new, the second time nothing is, and both end with 0', async () => {
    const first = await shell.run(['collect']);
    // Restores of the last day may have been worth a line, together.
    expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(NOTEWORTHY) });
    expect(first.stderr.split('\n').length).toBeLessThanOrEqual(2);
    expect(valuesOf(first.stdout)).toMatchObject({
      result: 'complete',
      projects: '2',
      clusters: '4',
      'jobs seen': String(JOBS),
      new: String(JOBS),
      failed: '0',
    });

    const second = await shell.run(['collect', '--json']);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(second.stdout)).toMatchObject({
      status: 'complete',
      projects: 2,
      jobsNew: 0,
      clustersFailed: 0,
      failures: [],
    });
  });

  test('several projects are reported as one, and one cluster is read alone', async () => {
    const [one, other] = atlas.world.projects.map(({ id }) => id) as [string, string];
    const both = await shell.run([
      'collect',
      '--project',
      one,
      '--project',
      other.toUpperCase(),
      '--json',
      '--data',
      'both',
    ]);
    expect(JSON.parse(both.stdout)).toMatchObject({
      status: 'complete',
      projects: 2,
      jobsNew: JOBS,
      runIds: [expect.anything(), expect.anything()],
    });

    const alone = await shell.run(['collect', '--project', one, '--cluster', 'Cluster0', '--data', 'alone']);
    expect(valuesOf(alone.stdout)).toMatchObject({ projects: '1', clusters: '1', new: '10' });
  });

  test('a cluster that fails is named with its reason, the others are kept, and the end is 3', async () => {
    const { id: projectId, name } = atlas.world.projects[0] as { id: string; name: string };
    const mend = atlas.faults.add({
      when: { projectId, clusterName: 'Cluster0', kind: 'dedicated' },
      fault: { type: 'status', status: 403 },
    });
    const { code, stdout, stderr } = await shell.run(['collect', '--data', 'partly']);
    mend();
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(NOTEWORTHY) });
    expect(stderr).toMatch(/^warning {3}Collector Run Incomplete {2}.* 1 not read, /m);
    expect(valuesOf(stdout)).toMatchObject({ result: 'incomplete', failed: '1', new: '32' });
    expect(stdout).toMatch(new RegExp(`^  ${name}/Cluster0, dedicated restore jobs: .*403`, 'm'));

    const coverage = await shell.run(['coverage', '--json', '--data', 'partly']);
    const rows = JSON.parse(coverage.stdout) as { state: string; clusterName: string }[];
    expect(rows.filter(({ state }) => state !== 'read')).toEqual([
      expect.objectContaining({
        ...{ state: 'failing', clusterName: 'Cluster0', claim: 'incomplete' },
        error: expect.objectContaining({ message: expect.stringContaining('403') }),
      }),
    ]);
  });

  test('where nothing can be read the end is 1, and one line says why', async () => {
    const wrongKey = { MONGODB_ATLAS_PRIVATE_API_KEY: 'b1946ac9-2492-4d23-8d5a-0c1f2ad5e4c9' };
    const { code, stderr, stdout } = await shell.run(['collect', '--data', 'nothing'], { env: wrongKey });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^restore-ledger: nothing could be read: .*401.*\n$/);
    expect(valuesOf(stdout)).toMatchObject({ result: 'failed', failed: '1' });
    // Once: stdout and stderr are one screen.
    expect(stdout).not.toContain('401');
    const runs = JSON.parse((await shell.run(['runs', '--json', '--data', 'nothing'])).stdout);
    expect(JSON.stringify(runs)).toContain('401');
    expect((await shell.run(['runs', '--data', 'nothing'])).stdout).toMatch(/^.* failed +0 +0 +1 /m);
    expect(stdout + stderr).not.toContain(wrongKey.MONGODB_ATLAS_PRIVATE_API_KEY);
  });

  test('--verbose logs to stderr and leaves the summary alone', async () => {
    const { code, stdout, stderr } = await shell.run(['collect', '--verbose', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'complete' });
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d info run planned .*projects=2/m);
  });
});

describe('Ctrl-C', () => {
  test('stops, says what was kept, and ends with 130; the next collect goes on', async () => {
    await using atlas = await startAtlas({ projects: 8, clusters: 3, jobs: 20, latencyMs: 150 });
    await using shell = await CommandLine.open(accessTo(atlas));
    const collecting = shell.start(['collect']);
    await collecting.until(() => atlas.requests.filter(({ path }) => path.includes('estoreJobs')).length > 4);
    collecting.signal('SIGINT');
    const { code, stdout, stderr } = await collecting.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/^Stopping; Ctrl-C again/m);
    expect(stderr).toMatch(/^Stopped after \d+ lists of restore jobs: \d+ new and .*$/m);
    const kept = Number(/restore jobs: (\d+) new/.exec(stderr)?.[1]);

    // Closed in good order: the directory can be opened again, and holds what was said.
    const { stdout: lines } = await shell.run(['jobs', '--format', 'ndjson', '--limit', '10000']);
    expect(lines.split('\n').length - 1).toBe(kept);
    const next = JSON.parse((await shell.run(['collect', '--json'])).stdout) as { status: string; jobsNew: number };
    expect(next).toMatchObject({ status: 'complete', jobsNew: 8 * 3 * 20 - kept });
  });

  test.each([
    ['the list of projects', { path: /\/groups$/ }, 'failed'],
    ['a list of clusters', { path: /\/clusters$/ }, 'failed'],
    ['a list of restore jobs', { kind: 'dedicated' as const }, 'incomplete'],
    ['the events', { path: /\/events$/ }, 'incomplete'],
  ])('ends soon though Atlas does not answer with %s, which is then no failure of Atlas', async (_, when, status) => {
    await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 5 });
    await using shell = await CommandLine.open(accessTo(atlas));
    atlas.faults.add({ when, fault: { type: 'slow', ms: Number.POSITIVE_INFINITY } });
    const before = atlas.requests.length;
    const collecting = shell.start(['collect']);
    const isAsked = ({ path }: { path: string }) =>
      'path' in when ? when.path?.test(path) === true : /backup\/restoreJobs/.test(path);
    await collecting.until(() => atlas.requests.slice(before).some(isAsked));
    const stoppedAt = Date.now();
    collecting.signal('SIGINT');
    await expect(collecting.ended).resolves.toMatchObject({ code: 130 });
    // Atlas never answers: waiting for a request's deadline or its retries takes longer. A busy machine needs the room.
    expect(Date.now() - stoppedAt).toBeLessThan(25_000);
    expect(JSON.parse((await shell.run(['runs', '--json'])).stdout)).toMatchObject([{ status }]);
    const { stdout } = await shell.run(['coverage', '--json']);
    expect(stdout).not.toMatch(/client was closed|no time left/);
  });

  test('a second one ends at once; meanwhile other commands read, and record', async () => {
    await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 5 });
    await using shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    const { stdout } = await shell.run(['jobs', '--format', 'ndjson']);
    atlas.faults.add({ when: { kind: 'dedicated' }, fault: { type: 'slow', ms: Number.POSITIVE_INFINITY }, times: 1 });
    const before = atlas.requests.length;
    const collecting = shell.start(['collect', '--full']);
    await collecting.until(() => atlas.requests.slice(before).some(({ path }) => path.includes('restoreJobs')));
    expect(await shell.run(['jobs', '--format', 'ndjson'])).toEqual({ code: 0, stdout, stderr: '' });
    expect(await shell.run(['collect', '--full'])).toMatchObject({ code: 0 });
    collecting.signal('SIGINT');
    await collecting.until(({ stderr }) => stderr.includes('Ctrl-C again'));
    collecting.signal('SIGINT');
    await expect(collecting.ended).resolves.toMatchObject({ code: 130 });
  });
});
