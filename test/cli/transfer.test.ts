import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { ledgerFile } from '../../local/sqlite/directory.ts';
import { accessTo, CommandLine, type Ended, Running, valuesOf } from './command-line.ts';

describe('export and import', () => {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  let dynamo: LocalDynamoDB;
  let exported: string;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 2, clusters: 2, jobs: 6 });
    dynamo = await startDynamoDB();
    shell = await CommandLine.open({
      ...accessTo(atlas),
      ...{ AWS_ENDPOINT_URL: dynamo.endpoint, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    });
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    expect(await shell.run(['export', '--output', 'whole.ndjson'])).toMatchObject({ code: 0, stdout: '' });
    exported = await readFile(join(shell.dir, 'whole.ndjson'), 'utf8');
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await dynamo.close();
    await atlas.close();
  });

  /** The command with this on its standard input. */
  async function piped(args: readonly string[], input: string): Promise<Ended> {
    const child = spawn(inject('commandLine'), args, { cwd: shell.dir, env: shell.env, stdio: 'pipe' });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Running(child).ended;
  }

  const withoutTimes = (text: string) => text.split('\n').slice(1, -2);

  test('from a directory through a pipe into a table, and from there into another directory: all the same', async () => {
    const { stdout, stderr } = await shell.run(['export']);
    expect(stderr).toMatch(/^Exported \d+ records, \d+ restore jobs among them\.\n$/);
    expect(withoutTimes(stdout)).toEqual(withoutTimes(exported));
    const first = await piped(['import', '--table', 'second-ledger', '--create'], stdout);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('Created the table second-ledger.\n') });
    expect(valuesOf(first.stdout).jobs).toMatch(/^\d+ added$/);
    const again = await shell.run(['import', 'whole.ndjson', '--table', 'second-ledger', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      refused: [],
      counts: { added: { job: 0, coverage: 0, scope: 0 } },
    });

    const back = await shell.run(['export', '--table', 'second-ledger']);
    expect(withoutTimes(back.stdout)).toEqual(withoutTimes(exported));
    expect(await piped(['import', '--data', 'third'], back.stdout)).toMatchObject({ code: 0 });
    for (const command of ['verify --json', 'coverage --json', 'runs --json', 'jobs --format json --limit 100']) {
      const [own, imported] = [
        await shell.run(command.split(' ')),
        await shell.run([...command.split(' '), '--data', 'third']),
      ];
      expect(imported.code).toBe(own.code);
      expect(JSON.parse(imported.stdout)).toEqual(JSON.parse(own.stdout));
    }
    // The next reading goes on from there.
    const next = await shell.run(['collect', '--data', 'third', '--json']);
    expect(JSON.parse(next.stdout)).toMatchObject({ status: 'complete', jobsNew: 0 });
  });

  test('an export that was cut is refused, and nothing is written', async () => {
    const cut = exported.slice(0, exported.lastIndexOf('\n', exported.length - 2) + 1);
    const { code, stderr, stdout } = await piped(['import', '--data', 'cut'], cut);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/nothing was imported: the export is cut after line \d+/);
    expect(await shell.run(['jobs', '--data', 'cut'])).toMatchObject({ code: 1 });
  });

  test('a broken history is refused by name, unless it is wanted; it stays broken', async () => {
    expect(await shell.run(['import', 'whole.ndjson', '--data', 'forged'])).toMatchObject({ code: 0 });
    const database = new Database(ledgerFile(join(shell.dir, 'forged')));
    const changed = `UPDATE items SET item = json_set(item, '$.status', 'CANCELLED')
      WHERE rowid = (SELECT rowid FROM items WHERE sk LIKE 'JOB#%' AND json_extract(item, '$.status') = 'COMPLETED' LIMIT 1)`;
    expect(database.prepare(changed).run().changes).toBe(1);
    database.close();
    const { stdout } = await shell.run(['export', '--data', 'forged']);
    await writeFile(join(shell.dir, 'forged.ndjson'), stdout);
    const refused = await shell.run(['import', 'forged.ndjson', '--data', 'fourth']);
    expect(refused).toMatchObject({ code: 9, stdout: '' });
    expect(refused.stderr).toMatch(/^job [0-9a-f]{24}: the job differs.*\nrestore-ledger: 1 break in the histories/);
    expect(await shell.run(['import', 'forged.ndjson', '--data', 'fourth', '--with-broken'])).toMatchObject({
      code: 0,
    });
    expect(await shell.run(['verify', '--data', 'fourth'])).toMatchObject({ code: 9 });
    // The good one is not written over it.
    const over = await shell.run(['import', 'whole.ndjson', '--data', 'fourth']);
    expect(over).toMatchObject({ code: 3 });
    expect(over.stdout).toMatch(
      /Refused, as the ledger's own history is another:\n {2}project [0-9a-f]{24}, job [0-9a-f]{24}/,
    );
  });

  test('an export that nobody reads to its end has not succeeded', async () => {
    const child = spawn(inject('commandLine'), ['export'], { cwd: shell.dir, env: shell.env, stdio: 'pipe' });
    child.stdout.destroy();
    expect(await new Running(child).ended).toMatchObject({ code: 1 });
  });

  test('collect --create makes the table; without it a missing table names the flag', async () => {
    const missing = await shell.run(['collect', '--table', 'third-ledger']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('create the table (restore-ledger collect --table third-ledger --create)');
    const made = await shell.run(['collect', '--table', 'third-ledger', '--create', '--json']);
    expect(made.code).toBe(0);
    // The embedded DynamoDB has neither.
    expect(made.stderr).toContain('This DynamoDB has no expiry of runs and no point-in-time recovery.');
    const again = await shell.run(['collect', '--table', 'third-ledger', '--create', '--json']);
    expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Created') });
    expect(await shell.run(['collect', '--create'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--create: expected --table with it, got none'),
    });
  });

  test('wrong usage says what was expected', async () => {
    expect(await shell.run(['import', 'missing.ndjson'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FILE missing.ndjson: expected an export that can be read, got ENOENT'),
    });
    expect((await shell.run(['export', '--api', 'http://127.0.0.1:1'])).stderr).toContain('expected --table or --data');
  });
});
