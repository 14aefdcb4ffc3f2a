import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Column, writeTable } from '../../bin/output/tables.ts';
import { startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine, PACKAGE_DIR } from './command-line.ts';

describe('Ctrl-C while a big ledger is read', () => {
  let shell: CommandLine;
  beforeAll(async () => {
    await using atlas = await startAtlas({ projects: 1, clusters: 3, jobs: 2_000 });
    shell = await CommandLine.open(accessTo(atlas));
    await shell.run(['collect']);
  }, 120_000);
  afterAll(() => shell[Symbol.asyncDispose]());

  /** Through the shell, into a file: into a pipe, waiting for whoever reads it would let the signal in. */
  const intoFile = (args: string) =>
    shell.start(['-c', `exec ${join(PACKAGE_DIR, 'bin/restore-ledger')} ${args} > out`], { command: 'sh' });
  const files = async () => (await readdir(shell.dir)).filter((name) => name !== '.ledger' && name !== 'out');

  test.each([
    'jobs --limit 100000 --format csv',
    'jobs --limit 100000 --format json',
    'jobs --limit 100000',
    'evidence --verify --output report.html',
    'evidence --verify --format json',
    'verify',
  ])(
    '%s ends soon, with 130, and leaves no file',
    // The signal may come before the command listens, or after it has ended.
    { retry: 5 },
    async (args) => {
      const whole = Date.now();
      expect((await intoFile(args).ended).code).toBe(0);
      const wholeMs = Date.now() - whole;
      await shell.run(['-f', 'report.html'], { command: 'rm' });
      const reading = intoFile(args);
      await new Promise((resolve) => setTimeout(resolve, wholeMs * 0.6));
      const stoppedAt = Date.now();
      reading.signal('SIGINT');
      expect((await reading.ended).code).toBe(130);
      expect(Date.now() - stoppedAt).toBeLessThan(15_000);
      expect(await files()).toEqual([]);
    },
  );

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
