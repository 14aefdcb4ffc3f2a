// A table longer than the screen goes through the user's pager. `script` of util-linux makes the terminal; without it, nothing is tried.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { accessTo, CommandLine } from './command-line.ts';

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

describe.skipIf(!hasScript)('a pager (needs `script` of util-linux)', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let seen: string;

  beforeAll(async () => {
    atlas = await startAtlas({ projects: 1, clusters: 2, jobs: 12 });
    shell = await CommandLine.open(accessTo(atlas));
    seen = join(shell.dir, 'seen');
    expect(await shell.run(['collect', '--verbose'])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });

  /** On a terminal of so many lines. */
  async function typed(
    command: string,
    { lines, columns = 100, pager }: { lines: number; columns?: number; pager: string },
  ) {
    await rm(seen, { force: true });
    const line = `stty rows ${lines} cols ${columns}; ${inject('commandLine')} ${command}`;
    const { code, stdout } = await shell.run(['-qec', line, '/dev/null'], {
      command: 'script',
      env: { RESTORE_LEDGER_PAGER: pager, SHELL: '/bin/sh', TERM: 'xterm' },
    });
    const text = stripVTControlCharacters(stdout).replaceAll('\r', '');
    return { code, text, paged: existsSync(seen) ? await readFile(seen, 'utf8') : undefined };
  }
  const intoFile = () => `cat > ${seen}`;

  test('gets the whole table; remarks follow it', async () => {
    const { code, text, paged } = await typed('jobs --limit 20', { lines: 10, pager: intoFile() });
    expect(code).toBe(0);
    const rows = stripVTControlCharacters(paged ?? '')
      .split('\n')
      .filter((line) => /^\d{4}-/.test(line));
    expect(rows).toHaveLength(20);
    expect(text).not.toMatch(/^\d{4}-/m);
    expect(text).toContain('The newest 20: there may be more');
  });

  test('import says what it waits for, and what it can not read', async () => {
    const piped = await typed('import < /dev/null', { lines: 10, pager: '' });
    expect(piped).toMatchObject({ code: 1, text: expect.stringContaining('waiting for an export on stdin') });
    const line =
      'FILE: expected an export, or one on stdin (restore-ledger export ... | restore-ledger import ...), got';
    expect(await typed('import', { lines: 10, pager: '' })).toMatchObject({
      code: 2,
      text: expect.stringContaining(line),
    });
  });

  test('a command to paste is whole, on a line of its own where it is too long', async () => {
    const { text } = await typed('search Cluster', { lines: 50, pager: '' });
    const narrow = await typed('search Cluster', { lines: 50, columns: 60, pager: '' });
    const commandsIn = (of: string) => of.match(/jobs --project \S+ --cluster \S+/g);
    expect(commandsIn(text)).not.toBeNull();
    expect(narrow.text).toMatch(/^ {2}restore-ledger jobs --project [0-9a-f]{24} --cluster Cluster0$/m);
    expect(commandsIn(narrow.text)).toEqual(commandsIn(text));
  });

  test('is not asked where the screen is long enough, or for another format', async () => {
    const short = await typed('jobs --limit 3', { lines: 40, pager: intoFile() });
    expect(short).toMatchObject({ code: 0, paged: undefined, text: expect.stringMatching(/^\d{4}-/m) });
    const json = await typed('jobs --json', { lines: 5, pager: intoFile() });
    expect(json).toMatchObject({ code: 0, paged: undefined, text: expect.stringContaining('"jobId"') });
  });

  test.each(['', 'cat', 'no-such-program-anywhere'])('none, or one that is not there: %j', async (pager) => {
    const { code, text } = await typed('jobs --limit 20', { lines: 10, pager });
    expect(code).toBe(0);
    expect(text.split('\n').filter((line) => /^\d{4}-/.test(line))).toHaveLength(20);
  });

  test('a report as HTML is not written to a terminal', async () => {
    const { code, text } = await typed('evidence', { lines: 10, pager: intoFile() });
    expect({ code, text: text.trim() }).toEqual({
      code: 2,
      text: expect.stringMatching(/^restore-ledger: --output: expected a file, as in --output evidence\.html: [^\n]*$/),
    });
    const json = await typed('evidence --format json', { lines: 10, pager: intoFile() });
    expect(json).toMatchObject({ code: 0, text: expect.stringContaining('"verdict"') });
  });

  test('that was quit ends the command as if all was read; the exit code is the one of the result', async () => {
    expect(await typed('jobs --limit 20', { lines: 10, pager: 'true' })).toMatchObject({ code: 0 });
    const drills = await typed('drills --overdue', { lines: 2, pager: 'true' });
    expect(drills.code).toBe((await shell.run(['drills', '--overdue'])).code);
  });
});
