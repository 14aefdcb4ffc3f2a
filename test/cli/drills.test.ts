import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLedger } from '../../bin/options/ledger-target.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { serveApi } from '../../local/serve.ts';
import { accessTo, CommandLine } from './command-line.ts';
import { json, startScriptedApi } from './remote/scripted-api.ts';

interface Row {
  projectName: string;
  clusterName: string;
  state: string;
  days?: number;
  dueAt?: string;
  overdueAt?: string;
  lastJobId?: string;
  lastCompletedAt?: string;
  durationSeconds?: number;
  snapshotAgeSeconds?: number;
}

// Clusters that have been there for years, without a restore, but for what the tests do.
describe('drills', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let projectId: string;
  let restored: string;
  let partly: string;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 2, clusters: 4, jobs: 0 });
    const [project] = atlas.world.projects;
    projectId = project?.id ?? '';
    const names = atlas.world
      .clusters(projectId)
      .filter(({ tier }) => tier === 'replicaSet' || tier === 'sharded')
      .map(({ name }) => name);
    [restored = '', partly = ''] = names;
    const restore = { projectId, durationMs: 1, outcome: 'completed' } as const;
    atlas.world.startRestore({ ...restore, kind: 'dedicated', clusterName: restored });
    // Neither shows that a backup can be restored as a whole.
    atlas.world.startRestore({ ...restore, kind: 'dedicated', clusterName: partly, delivery: 'download' });
    atlas.world.startRestore({ ...restore, kind: 'collection', clusterName: partly });
    atlas.world.addCluster({ projectId, clusterName: 'brand-new' });
    atlas.world.addCluster({ projectId, clusterName: 'exempt' });
    shell = await CommandLine.open({
      ...accessTo(atlas),
      RULES: JSON.stringify({ drillDays: 30, drillDaysFor: ['*/exempt = 0', `*/${restored} = 90`] }),
    });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const rows = async (...flags: string[]) => {
    const { code, stdout, stderr } = await shell.run(['drills', '--format', 'json', ...flags]);
    return { code, stderr, rows: JSON.parse(stdout) as Row[] };
  };

  test('every cluster has its state, the overdue ones first, and the end is 8', async () => {
    const all = await rows();
    expect(all).toMatchObject({ code: 8, stderr: '' });
    const states = all.rows.map(({ state }) => state);
    expect(states).toEqual([...states].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    const of = (name: string) =>
      all.rows.find((row) => row.clusterName === name && row.projectName === all.rows.at(-1)?.projectName) ??
      all.rows.find((row) => row.clusterName === name);
    expect(of('brand-new')).toMatchObject({ state: 'due', days: 30 });
    expect(of('exempt')).toMatchObject({ state: 'none' });
    const ours = (await rows('--project', projectId)).rows;
    expect(ours.find(({ clusterName }) => clusterName === restored)).toMatchObject({
      ...{ state: 'met', days: 90, durationSeconds: expect.any(Number), snapshotAgeSeconds: expect.any(Number) },
      lastJobId: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
    const late = ours.find(({ clusterName }) => clusterName === partly);
    expect(late).toMatchObject({ state: 'overdue', days: 30, overdueAt: expect.any(String) });
    expect(late).not.toHaveProperty('lastCompletedAt');
    expect(new Set(ours.map(({ projectName }) => projectName)).size).toBe(1);
  });

  test('--overdue keeps those alone, and where none is the end is 0', async () => {
    const late = await rows('--overdue');
    expect(late.code).toBe(8);
    expect(new Set(late.rows.map(({ state }) => state))).toEqual(new Set(['overdue']));

    const calm = { env: { RULES: '{"drillDays":0}' } };
    await shell.run(['collect', '--data', 'calm'], calm);
    const none = await shell.run(['drills', '--overdue', '--data', 'calm']);
    const text = /^No cluster is overdue\.\n\n\d+ clusters: \d+ not required\.\n$/;
    expect(none).toEqual({ code: 0, stdout: expect.stringMatching(text), stderr: '' });
    // A restore is enough without drillNeeds: nothing is called proven that nobody checked.
    const lacking = await shell.run(['drills', '--unproven', '--data', 'calm']);
    expect(lacking.stdout).toMatch(/^No cluster lacks a restore that its drill needs\.\n\n\d+ clusters: /);
    expect(await shell.run(['drills', '--data', 'calm'])).toMatchObject({ code: 0 });
  });

  test('the table says it in words, CSV and NDJSON in the same fields', async () => {
    const { code, stdout } = await shell.run(['drills']);
    expect(code).toBe(8);
    expect(stdout).toMatch(
      /^project +cluster +last restore \(UTC\) +took +snapshot age +every +due +state +evidence\n/,
    );
    expect(stdout).toMatch(new RegExp(`^\\S.* ${partly} +never +30 d +\\S+ +OVERDUE for \\d+ d +\\S.*$`, 'm'));
    expect(stdout).toMatch(/ brand-new +never +30 d +\S+ +due in (29|30) d +never$/m);
    expect(stdout).toMatch(/ exempt +never +none expected +never$/m);
    expect(stdout).toMatch(
      /\n\n\d+ clusters: \d+ OVERDUE, 1 due, 1 met \(a completed restore counts\), \d+ not required\.\n$/,
    );

    const all = (await rows()).rows;
    const lines = (await shell.run(['drills', '--format', 'ndjson'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(all);
    const [header, ...cells] = (await shell.run(['drills', '--format', 'csv'])).stdout.trimEnd().split('\n');
    expect(header).toMatch(/^projectId,projectName,clusterName,tier,state,days,dueAt,overdueAt,lastJobId,/);
    expect(cells).toHaveLength(all.length);
  });

  test('--api says and ends with the same', async () => {
    const direct = await rows();
    await using opened = await openLedger({ dataDir: join(shell.dir, '.ledger') }, { create: false });
    await using server = await serveApi({ ledger: opened.ledger, log: silentLog });
    const through = await rows('--api', server.url);
    expect(through).toEqual(direct);
  });
});

test('a drill that becomes overdue is published once', async () => {
  await using atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 0 });
  await using shell = await CommandLine.open(accessTo(atlas));
  const [first, second] = [await shell.run(['collect']), await shell.run(['collect'])];
  expect(first.stderr).toMatch(/^warning {3}First reading: Overdue for a drill: 1 cluster.*\n$/);
  expect(second.stderr).toBe('');
});

test('of given projects, an API is asked for these alone', async () => {
  await using api = await startScriptedApi(json(200, { coverage: [] }));
  await using shell = await CommandLine.open();
  const [one, other] = ['1'.repeat(24), '2'.repeat(24)];
  const { code } = await shell.run(['drills', '--project', other, '--project', one, '--api', api.url]);
  expect(code).toBe(0);
  expect(api.requests.map(({ target }) => target)).toEqual([one, other].map((id) => `/coverage?projectId=${id}`));
});

test('an API that is of another version is not understood, which is said', async () => {
  const row = { projectId: '0'.repeat(24), projectName: 'p', clusterName: 'c', problems: 0, lists: {} };
  await using api = await startScriptedApi(json(200, { coverage: [row] }));
  await using shell = await CommandLine.open();
  const { code, stdout, stderr } = await shell.run(['drills', '--api', api.url]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^restore-ledger: GET \/coverage was answered with something else than expected, at coverage/);
});

const ORDER = ['overdue', 'backups-off', 'not-covered', 'due', 'paused', 'met', 'none'];
