import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

describe('lake', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 30, canary: 'CANARY' });
    shell = await CommandLine.open(accessTo(atlas));
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  test('of a ledger without a run it says what to do', async () => {
    expect(await shell.run(['lake', '--output', 'none'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/collect|no ledger/),
    });
  });

  test('each change of each job is in the file of its day, without a URL; again, the same bytes', async () => {
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    const jobs = JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '1000'])).stdout) as {
      jobId: string;
    }[];
    const { code, stdout } = await shell.run(['lake', '--output', 'lake']);
    const today = new Date().toISOString().slice(0, 10);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Wrote \d+ changes of [12] days? to lake\.\n.* is not over in UTC/),
    ]);
    const file = join(shell.dir, 'lake', `day=${today}`, 'changes.parquet');
    const bytes = await readFile(file);
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(new Set(rows.map(({ job_id }) => job_id))).toEqual(new Set(jobs.map(({ jobId }) => jobId)));
    const [{ jobId } = expect.unreachable()] = jobs;
    const { changes } = JSON.parse((await shell.run(['job', jobId, '--json'])).stdout) as {
      changes: { revision: number; at: string }[];
    };
    expect(
      rows.filter(({ job_id }) => job_id === jobId).map(({ revision, changed_at }) => [revision, changed_at]),
    ).toEqual(changes.map(({ revision, at }) => [revision, new Date(at)]));
    expect(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
      /https?:|CANARY/,
    );
    expect(existsSync(`${file}.part`)).toBe(false);
    expect(await shell.run(['lake', '--output', 'lake', '--since', today])).toMatchObject({ code: 0 });
    expect(Buffer.compare(await readFile(file), bytes)).toBe(0);
  });

  test('an annotation is a change of its day', async () => {
    const [{ jobId }] = JSON.parse((await shell.run(['jobs', '--format', 'json', '--limit', '1'])).stdout) as [
      { jobId: string },
    ];
    expect(await shell.run(['annotate', jobId, '--ticket', 'OPS-7'])).toMatchObject({ code: 0 });
    expect(await shell.run(['lake', '--output', 'annotated'])).toMatchObject({ code: 0 });
    const today = new Date().toISOString().slice(0, 10);
    const bytes = await readFile(join(shell.dir, 'annotated', `day=${today}`, 'changes.parquet'));
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(rows.filter(({ ticket }) => ticket === 'OPS-7')).toMatchObject([{ job_id: jobId }]);
  });

  test.each([
    [[], '--output: expected a directory, got none'],
    [['--output', 'x', '--since', 'someday'], '--since: expected a date'],
    [['--output', 'x', '--since', '2026-11-02', '--until', '2026-11-01'], '--until: expected a time after --since'],
    [
      ['--output', 'x', '--api', 'http://127.0.0.1:1'],
      '--api: expected --table or --data instead, since an API does not show',
    ],
  ])('%j is refused', async (args, problem) => {
    expect(await shell.run(['lake', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
  });

  test('a place that is no directory is named', async () => {
    await writeFile(join(shell.dir, 'file'), '');
    expect(await shell.run(['lake', '--output', 'file'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--output file: expected a directory that can be written to, got '),
    });
  });
});
