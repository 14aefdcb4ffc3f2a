import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

describe('retention', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 1, jobs: 150 });
    shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  test.each([
    [['--days', '29'], '--days: expected a whole number from 30 to 36500, got "29"'],
    [[], '--days: expected a number of days, got none'],
    [
      ['--days', '30', '--api', 'http://127.0.0.1:1'],
      '--api: expected --table or --data instead, since no API does this',
    ],
  ])('%j is refused', async (args, problem) => {
    expect(await shell.run(['retention', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(problem),
    });
  });

  test('a dry run says what goes and changes nothing; the record comes first, and is in an export, an import and verify', async () => {
    const jobs = async (...where: string[]) =>
      JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '1000', ...where])).stdout).length as number;
    const before = await jobs();
    const dry = JSON.parse((await shell.run(['retention', '--days', '30', '--dry-run', '--json'])).stdout);
    const [{ letGo }] = dry.projects;
    expect(letGo).toBeGreaterThan(0);
    expect((await shell.run(['verify', '--json'])).stdout).not.toContain('letGo');

    const { code, stdout } = await shell.run(['retention', '--days', '30']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${letGo} restore jobs let go, requested before `)]);
    expect(await jobs()).toBe(before);
    const verified = async (...where: string[]) => JSON.parse((await shell.run(['verify', '--json', ...where])).stdout);
    expect(await verified()).toMatchObject({ result: 'unbroken', projects: [{ letGo: { jobs: letGo, days: 30 } }] });
    expect(await shell.run(['retention', '--days', '30'])).toMatchObject({ code: 0, stdout: 'Nothing is due.\n' });

    expect(await shell.run(['export', '--output', 'late.ndjson'])).toMatchObject({ code: 0 });
    expect(await shell.run(['import', 'late.ndjson', '--data', 'copy'])).toMatchObject({ code: 0 });
    expect(await verified('--data', 'copy')).toMatchObject({
      result: 'unbroken',
      projects: [{ letGo: { jobs: letGo } }],
    });
    expect(await shell.run(['collect', '--full'])).toMatchObject({ code: 0 });
    expect(await verified()).toMatchObject({ result: 'unbroken' });
  });
});
