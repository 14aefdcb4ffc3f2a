import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Column, writeTable } from '../../bin/output/tables.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, PACKAGE_DIR, type Running } from './command-line.ts';

describe('Ctrl-C while a big ledger is read', () => {
  let shell: CommandLine;
  beforeAll(async () => {
    await using atlas = await startAtlas({ projects: 1, clusters: 3, jobs: 2_000 });
    shell = await CommandLine.open(accessTo(atlas));
    await shell.run(['collect']);
    expect((await shell.run(['anchor', '--output', 'anchors'])).code).toBe(0);
    await writeFile(join(shell.dir, 'ledger.pem'), (await shell.run(['public-key'])).stdout);
  }, 120_000);
  afterAll(() => shell[Symbol.asyncDispose]());

  /** Through the shell, into a file: into a pipe, waiting for whoever reads it would let the signal in. */
  const intoFile = (args: string) =>
    shell.start(['-c', `exec ${join(PACKAGE_DIR, 'bin/restore-ledger')} ${args} > out`], { command: 'sh' });
  const OURS = ['.ledger', 'anchors', 'ledger.pem', 'out'];
  const files = async () => (await readdir(shell.dir)).filter((name) => !OURS.includes(name));

  const tidy = async () => {
    for (const name of await files()) await rm(join(shell.dir, name), { recursive: true });
  };
  beforeEach(tidy); // of an attempt that failed

  /** @returns the exit code */
  async function interrupted(running: Running): Promise<number | null> {
    const stoppedAt = Date.now();
    running.signal('SIGINT');
    const { code } = await running.ended;
    expect(Date.now() - stoppedAt).toBeLessThan(15_000);
    return code;
  }

  test.each([
    'jobs --limit 100000 --format csv',
    'jobs --limit 100000 --format json',
    'jobs --limit 100000',
    'evidence --verify --output report.html',
    'evidence --verify --format json',
    'verify',
    'verify --against anchors --public-key ledger.pem',
  ])(
    '%s ends soon, with 130, and leaves no file',
    // The signal may come before the command listens, or after it has ended.
    { retry: 5 },
    async (args) => {
      const whole = Date.now();
      expect((await intoFile(args).ended).code).toBe(0);
      const wholeMs = Date.now() - whole;
      await tidy();
      const reading = intoFile(args);
      await new Promise((resolve) => setTimeout(resolve, wholeMs * 0.6));
      expect(await interrupted(reading)).toBe(130);
      expect(await files()).toEqual([]);
    },
  );

  /** Of what has been written so far, below the directory. */
  const written = async () => {
    const names = (await readdir(shell.dir, { recursive: true })).filter(
      (name) => !OURS.includes(name.split('/')[0] ?? ''),
    );
    // One that is gone meanwhile was renamed, or removed.
    const sizes = await Promise.all(
      names.map(async (name) => await stat(join(shell.dir, name)).catch(() => undefined)),
    );
    return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
  };

  test.each([
    ['evidence --format pdf --output report.pdf', []],
    ['export --output ledger.ndjson', []],
    ['lake --output lake --since 100d', ['lake']],
  ])(
    '%s, which has begun to write, ends soon, with 130, and leaves no part of a file',
    { retry: 5 },
    async (args, left) => {
      const writing = intoFile(args);
      await writing.until(async () => (await written()) > 0);
      expect(await interrupted(writing)).toBe(130);
      expect(await files()).toEqual(left);
      for (const name of await readdir(join(shell.dir, 'lake'), { recursive: true }).catch(() => [])) {
        expect(name).toMatch(/^day=[\d-]{10}(\/changes\.parquet)?$/);
        if (!name.includes('/')) continue;
        const file = new Uint8Array(await readFile(join(shell.dir, 'lake', name))).buffer;
        expect(Array.isArray(await parquetReadObjects({ file }))).toBe(true);
      }
    },
  );

  test('the ledger is as it was', async () => {
    const args = ['verify', '--against', 'anchors', '--public-key', 'ledger.pem'];
    expect(await shell.run(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('6,000 jobs') });
  });

  test('twice, it leaves no file either', { retry: 5 }, async () => {
    const reading = shell.start(['evidence', '--verify', '--output', 'report.html']);
    for (const endsAt = Date.now() + 20_000; (await files()).length === 0 && Date.now() < endsAt; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    reading.signal('SIGINT');
    reading.signal('SIGINT');
    expect((await reading.ended).code).toBe(130);
    expect(await files()).toEqual([]);
  });
});

test.each([
  [0, 80],
  [1, 30],
  [1_234, 25],
  [1_234, Number.POSITIVE_INFINITY],
])('a table of %i rows in %s columns has a title and a line for each, none too wide', async (length, width) => {
  const columns: Column<number>[] = [
    { title: 'n', cell: String, align: 'right' },
    { title: 'text', cell: (n) => 'x'.repeat(n % 37), style: () => 'red', least: 5 },
    { title: 'goes', cell: () => 'y'.repeat(40), goes: 1 },
  ];
  const rows = Array.from({ length }, (_, n) => n);
  const lines: string[] = [];
  const line = async (text = '') => void lines.push(text);
  await writeTable(columns, rows, { width, paint: (_, text) => text, line });
  expect(lines).toHaveLength(length + 1);
  expect(Math.max(...lines.map((each) => each.length))).toBeLessThanOrEqual(width);
  expect(lines[0]).toMatch(width < 60 ? /^ *n {2}text$/ : /^ *n {2}text .*goes$/);
});
