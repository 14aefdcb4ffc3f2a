// Objectives on the command line: from the rules to findings, drills and jobs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measures } from '../../functions/restore/objectives/measure.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

const OBJECTIVES = { drillDays: 0, objectives: ['*/* = rto 1m, rpo 3650d'] };

describe('objectives', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let id: string;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 0 });
    const projectId = atlas.world.projects[0]?.id ?? '';
    const [cluster] = atlas.world.clusters(projectId).filter(({ tier }) => tier === 'replicaSet' || tier === 'sharded');
    const clusterName = cluster?.name ?? '';
    id = atlas.world.startRestore({
      projectId,
      clusterName,
      kind: 'dedicated',
      durationMs: 1,
      outcome: 'completed',
    }).id;
    shell = await CommandLine.open({ ...accessTo(atlas), RULES: JSON.stringify(OBJECTIVES) });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  const jobs = async (...flags: string[]) =>
    JSON.parse((await shell.run(['jobs', '--format', 'json', ...flags])).stdout) as Measures[];
  const rulesFile = (name: string, rules: object) => {
    const file = join(shell.dir, name);
    writeFileSync(file, JSON.stringify(rules));
    return file;
  };

  test('are those of the rules, in jobs and job', async () => {
    expect(await jobs()).toEqual([
      expect.objectContaining({ rto: expect.objectContaining({ state: 'met', objectiveSeconds: 60 }) }),
    ]);
    const { stdout } = await shell.run(['job', id]);
    expect(stdout).toMatch(/RTO +met: \d s of 1 min 00 s/);
    expect(stdout).toMatch(/RPO +met: .* of 3650 d 0 h/);
  });

  test('a file beats the variable, and a wrong line is named', async () => {
    const [job] = await jobs('--rules', rulesFile('tight.json', { objectives: ['*/* = rpo 1m'] }));
    expect(job).toMatchObject({ rpo: { state: 'missed', objectiveSeconds: 60 } });
    expect(job).not.toHaveProperty('rto');
    const wrong = await shell.run([
      'jobs',
      '--rules',
      rulesFile('wrong.json', { objectives: ['*/* = none', 'a = rto 1h'] }),
    ]);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('objectives[1]: expected a pattern of a project and a cluster');
    expect(wrong.stderr).toContain('got "a = rto 1h"');
  });

  test('drills has a column for each side that a cluster has', async () => {
    const { stdout, code } = await shell.run(['drills']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/RTO +RPO/);
    expect(stdout).toMatch(/met +met/);
    const bare = await shell.run(['drills', '--rules', rulesFile('none.json', {})]);
    expect(bare.stdout).not.toContain('RTO');
    const { stdout: csv } = await shell.run(['drills', '--format', 'csv']);
    expect(csv).toMatch(/,met,\d+,60,met,\d+,315360000,/);
  });

  test('reevaluate finds by new objectives what settled jobs have missed, and takes it back', async () => {
    const rulesOf = async () =>
      ((await shell.run(['jobs', '--format', 'csv'])).stdout.match(/rpo-missed/g) ?? []).length;
    expect(await rulesOf()).toBe(0);
    const tight = rulesFile('tight.json', { ...OBJECTIVES, objectives: ['*/* = rpo 1m'] });
    expect(await shell.run(['reevaluate', '--rules', tight])).toMatchObject({ code: 0 });
    expect(await rulesOf()).toBe(1);
    expect(await shell.run(['reevaluate'])).toMatchObject({ code: 0 });
    expect(await rulesOf()).toBe(0);
    expect(await shell.run(['verify'])).toMatchObject({ code: 0 });
  });

  test('CSV begins with a byte order mark only where one is asked for', async () => {
    const csv = async (...flags: string[]) => (await shell.run([...flags, '--format', 'csv'])).stdout;
    for (const command of ['jobs', 'drills']) {
      const plain = await csv(command);
      expect(plain).toMatch(/^projectId,/);
      expect(await csv(command, '--bom')).toBe(`\ufeff${plain}`);
      const wrong = await shell.run([command, '--bom', '--format', 'ndjson']);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toContain('--bom: expected --format csv with it, got ndjson');
    }
  });

  test('an API has its own', async () => {
    const { code, stderr } = await shell.run([
      'jobs',
      '--api',
      'http://127.0.0.1:9',
      '--rules',
      rulesFile('x.json', {}),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("--rules can't be used with --api");
  });
});
