import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import type { Restore } from '../../local/atlas/world/restores.ts';
import { accessTo, CommandLine } from './command-line.ts';

describe('watch', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let projectId: string;
  let place: string[];
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 3 });
    shell = await CommandLine.open(accessTo(atlas));
    projectId = atlas.world.projects[0]?.id ?? '';
    place = ['--project', projectId, '--cluster', 'Cluster0', '--kind', 'dedicated', '--interval', '0.2'];
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const restore = (what: Pick<Restore, 'delivery' | 'outcome' | 'durationMs'>) =>
    atlas.world.startRestore({ projectId, clusterName: 'Cluster0', kind: 'dedicated', ...what });
  const NEVER = Number.POSITIVE_INFINITY;
  const single = (id: string) => new RegExp(`restoreJobs/${id}$`);

  test('follows a job to its end, a line for each change, and the ledger has them all', async () => {
    const { id } = restore({ durationMs: 6_000 });
    const { code, stdout, stderr } = await shell.run(['watch', id, ...place]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first = '', last = '', ...others] = stdout.trimEnd().split('\n');
    expect(others).toEqual([]);
    expect(first).toMatch(
      /^\d\d:\d\d:\d\d {2}RUNNING {4}dedicated restore of \w+\/Cluster0, automated to itself, requested 20/,
    );
    expect(last).toMatch(/^\d\d:\d\d:\d\d {2}COMPLETED {2}was RUNNING, took 6 s$/);

    const { changes } = JSON.parse((await shell.run(['job', id, '--json'])).stdout) as {
      changes: { status: string }[];
    };
    expect(changes.map(({ status }) => status)).toEqual(['RUNNING', 'COMPLETED']);
  });

  test.each([
    ['READY', 0, { delivery: 'download', outcome: 'completed' }],
    ['FAILED', 4, { outcome: 'failed' }],
    ['CANCELLED', 5, { outcome: 'cancelled' }],
    ['EXPIRED', 6, { outcome: 'expired' }],
  ] as const)('a job that is %s is reported at once, and ends with %i', async (status, exitCode, what) => {
    const { id } = restore({ ...what, durationMs: 1 });
    const { code, stdout } = await shell.run(['watch', id, ...place]);
    expect({ code, status: stdout.slice(10, 19).trimEnd() }).toEqual({ code: exitCode, status });
  });

  test('a fault that passes is survived and mentioned; one that stays never ends with 0', async () => {
    const passing = restore({ durationMs: 1 });
    // One more than the client tries by itself.
    atlas.faults.add({ when: { path: single(passing.id) }, times: 4, fault: { type: 'status', status: 503 } });
    const survived = await shell.run(['watch', passing.id, ...place]);
    expect(survived).toMatchObject({ code: 0, stdout: expect.stringContaining('COMPLETED') });
    expect(survived.stderr).toMatch(/^\d\d:\d\d:\d\d {2}no answer, trying again \(1 of 5\): .*503/);

    const staying = restore({ durationMs: 1 });
    const mend = atlas.faults.add({ when: { path: single(staying.id) }, fault: { type: 'status', status: 403 } });
    const refused = await shell.run(['watch', staying.id, ...place]);
    mend();
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^restore-ledger: GET .*403.*\n$/),
    });
  });

  test('a settled job that Atlas has forgotten is answered from the ledger, an unknown one is an error', async () => {
    const { id } = restore({ outcome: 'failed', durationMs: 1 });
    await shell.run(['collect']);
    atlas.world.removeJob({ projectId, clusterName: 'Cluster0', kind: 'dedicated' }, id);
    const forgotten = await shell.run(['watch', id]);
    expect(forgotten).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('FAILED'),
      stderr: expect.stringContaining('no longer lists it'),
    });

    const unknown = await shell.run(['watch', '0123456789abcdef01234567']);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^restore-ledger: no job 0123.*restore-ledger collect.*\n$/),
    });
  });

  test('gives up after --timeout with 124, and on Ctrl-C with 130', async () => {
    const { id } = restore({ durationMs: NEVER });
    const late = await shell.run(['watch', id, ...place, '--timeout', '0.5']);
    expect(late).toMatchObject({ code: 124, stderr: expect.stringContaining('still RUNNING after 0.5 s') });

    const watching = shell.start(['watch', id, ...place]);
    await watching.until(({ stdout }) => stdout.includes('RUNNING'));
    watching.signal('SIGINT');
    await expect(watching.ended).resolves.toMatchObject({
      code: 130,
      stderr: expect.stringContaining('it was RUNNING'),
    });
  });
});
