import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { afterEach, describe, expect, test } from 'vitest';
import { everything } from '../../../functions/ledger/table/table-port.ts';
import { ledgerFile } from '../../../local/sqlite/directory.ts';
import { type OpenOptions, SqliteTable } from '../../../local/sqlite/sqlite-table.ts';
import { list } from '../../ledger/table.ts';

const directories: string[] = [];
function newDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  directories.push(directory);
  return directory;
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const open = (dataDir: string, options: Partial<OpenOptions> = {}) =>
  SqliteTable.open({ dataDir, create: true, write: true, ...options });
const read = (dataDir: string) => SqliteTable.open({ dataDir });
const item = (sk: string) => ({ pk: 'P', sk, feed: 'F', feedKey: sk });

describe('what is in the place of a ledger', () => {
  const refusals: [string, (dataDir: string) => void, string | RegExp][] = [
    ['a text', (dir) => writeFileSync(ledgerFile(dir), 'hello '.repeat(1_000)), /ledger\.sqlite is not a ledger/],
    ['another SQLite file', (dir) => void new Database(ledgerFile(dir)).exec('CREATE TABLE t (a)'), /is not a ledger/],
    ...[0, 9].map((version): [string, (dataDir: string) => void, string] => [
      `a file of format ${version}`,
      (dir) =>
        void new Database(ledgerFile(dir)).exec(`PRAGMA application_id = 1095912519; PRAGMA user_version = ${version}`),
      `another version of restore-ledger: expected format 1, got ${version}; use that version, or another --data directory`,
    ]),
    ['a directory', (dir) => mkdirSync(ledgerFile(dir)), /can't be opened/],
  ];
  test.each(refusals)('%s is refused by name, and left as it is', async (_, make, message) => {
    const dir = newDirectory();
    make(dir);
    const before = readdirSync(dir).map((name) => [name, name === 'ledger.sqlite' ? contents(join(dir, name)) : '']);
    for (const opening of [open, read]) {
      await expect(opening(dir)).rejects.toMatchObject({ name: 'LedgerError' });
      await expect(opening(dir)).rejects.toThrow(message);
    }
    expect(readdirSync(dir).map((name) => [name, name === 'ledger.sqlite' ? contents(join(dir, name)) : ''])).toEqual(
      before,
    );
  });

  test('nothing, an empty directory and an empty file hold no ledger to read, and one can be made there', async () => {
    const dir = newDirectory();
    await expect(read(join(dir, 'none'))).rejects.toThrow(/^there is no ledger in .*none: collect first/);
    await expect(read(dir)).rejects.toMatchObject({ code: 'LEDGER_TABLE_MISSING' });
    writeFileSync(ledgerFile(dir), '');
    await expect(read(dir)).rejects.toThrow(/^there is no ledger in /);
    await using table = await open(dir);
    await table.put(item('a'));
  });

  test('a place where no directory can be made is refused at once', async () => {
    const dir = newDirectory();
    writeFileSync(join(dir, 'file'), '');
    await expect(open(join(dir, 'file'))).rejects.toThrow(/file is a file: expected a directory$/);
    await expect(read(join(dir, 'file'))).rejects.toThrow(/file can't be read: expected a directory \(ENOTDIR\)$/);
    await expect(open(join(dir, 'file', 'sub', 'dir'))).rejects.toThrow(/can't be made \(ENOTDIR\)/);
    if (process.platform === 'linux')
      await expect(open('/proc/x/y')).rejects.toThrow(/proc\/x can't be made \(ENOENT\)/);
  });

  test.skipIf(process.platform === 'win32')('what it makes is readable for its owner alone', async () => {
    const dir = newDirectory();
    const made = join(dir, 'new', 'ledger');
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    {
      await using table = await open(made);
      await table.put(item('a'));
      const files = readdirSync(made).map((name) => [name, modeOf(join(made, name))]);
      expect(Object.fromEntries(files)).toEqual({
        'ledger.sqlite': '600',
        'ledger.sqlite-wal': '600',
        'ledger.sqlite-shm': '600',
      });
    }
    expect([made, join(dir, 'new')].map(modeOf)).toEqual(['700', '700']);

    // Somebody shares it on purpose.
    chmodSync(ledgerFile(made), 0o640);
    await using table = await open(made);
    await table.put(item('b'));
    expect(modeOf(ledgerFile(made))).toBe('640');
  });

  test('a damaged file is said to be damaged, with what to do', async () => {
    const dir = newDirectory();
    {
      await using table = await open(dir);
      await Promise.all(
        Array.from({ length: 300 }, (_, n) => table.put({ ...item(String(n)), text: 'x'.repeat(3_000) })),
      );
    }
    const descriptor = openSync(ledgerFile(dir), 'r+');
    writeSync(descriptor, Buffer.alloc(600_000, 7), 0, 600_000, 20_480);
    await using table = await read(dir);
    const damaged = {
      code: 'LEDGER_REFUSED',
      message: expect.stringMatching(/ledger\.sqlite is damaged .* put a copy/),
    };
    await expect(list(table.scan())).rejects.toMatchObject(damaged);
  });
});

const contents = (file: string) => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return 'a directory';
  }
};

test('whoever reads on and on lets timers and signals in', async () => {
  await using table = await open(newDirectory());
  await table.put(item('1'));
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 5);
  for (const endsAt = Date.now() + 20_000; turns <= 5 && Date.now() < endsAt; ) {
    await table.get({ pk: 'P', sk: '1' });
    for await (const _ of everything(table, { partition: 'P' })) await table.query({ partition: 'P' });
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

describe('several at once', () => {
  test('readers see what is committed while it is written, by two', async () => {
    const dir = newDirectory();
    await using writer = await open(dir);
    await using reader = await read(dir);
    await using other = await open(dir);
    for (let n = 0; n < 50; n++) {
      await Promise.all([writer.put(item(`a${n}`)), other.put(item(`b${n}`))]);
      expect(await reader.count({ partition: 'P' })).toBe(2 * (n + 1));
    }
    await expect(reader.put(item('c'))).rejects.toMatchObject({ code: 'LEDGER_REFUSED' });
  });

  test('a writer that ends in good order leaves one file, which needs nothing beside it', async () => {
    const dir = newDirectory();
    for (const sk of ['a', 'b']) {
      const table = await open(dir);
      await table.put(item(sk));
      expect(readdirSync(dir)).toContain('ledger.sqlite-wal');
      await table[Symbol.asyncDispose]();
      expect(readdirSync(dir)).toEqual(['ledger.sqlite']);
    }
  });

  test('a writer waits for one that is at it, and gives up when that takes too long', async () => {
    const dir = newDirectory();
    await using table = await open(dir);
    await using impatient = await open(dir, { patienceMs: 30 });
    const stuck = new Database(ledgerFile(dir));
    stuck.exec('BEGIN IMMEDIATE');
    const waiting = table.put(item('a'));
    await expect(impatient.put(item('b'))).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
      message: expect.stringMatching(
        /^another process keeps .*ledger\.sqlite locked: wait until it is done, or stop it$/,
      ),
    });
    expect(await table.get({ pk: 'P', sk: 'a' })).toBeUndefined(); // to read it waits for nobody
    stuck.exec('COMMIT');
    expect(await waiting).toMatchObject({ done: true });
    expect(await impatient.put(item('b'))).toMatchObject({ done: true });
    stuck.close();
  });

  test('a write that is refused takes none of those with it that share its commit', async () => {
    await using table = await open(newDirectory());
    await table.put({ ...item('text'), n: 'no number' });
    const writes = await Promise.allSettled([
      table.put(item('a')),
      table.update({ pk: 'P', sk: 'text' }, { add: { n: 1 } }, {}),
      table.put({ ...item('b'), n: Number.NaN }),
      table.put(item('c')),
    ]);
    expect(writes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await list(everything(table, { partition: 'P' }))).map(({ sk }) => sk)).toEqual(['a', 'c', 'text']);
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('it is read without the right to write', async () => {
    const dir = newDirectory();
    {
      await using table = await open(dir);
      await table.put(item('a'));
    }
    chmodSync(ledgerFile(dir), 0o444);
    chmodSync(dir, 0o555);
    {
      await using table = await read(dir);
      expect(await table.count({ partition: 'P' })).toBe(1);
    }
    await expect(open(dir)).rejects.toThrow(/see that this user may/);
    chmodSync(dir, 0o755);
  });
});

test('what was acknowledged outlives a kill, whole and in the indexes too, with two writers at it', async () => {
  const dir = newDirectory();
  const writer = fileURLToPath(new URL('writer.ts', import.meta.url));
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const writers = ['a', 'b'].map((name) =>
      spawn(process.execPath, ['--import', 'tsx', writer, dir, `${name}${round}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(writers.map((child) => linesOf(child, 40 + Math.floor(Math.random() * 100), acknowledged)));
  }
  await using table = await read(dir);
  const inTable = await list(table.scan());
  expect(await list(table.scan({ index: 'feed' }))).toHaveLength(inTable.length);
  const names = new Set(inTable.map(({ pk, sk }) => JSON.stringify([pk, sk])));
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
  expect(inTable.every(({ text }) => text === 'x'.repeat(2_000))).toBe(true);
});

/** Kills it after so many lines, and keeps all of them. */
async function linesOf(child: ChildProcess, most: number, lines: string[]) {
  let [rest, seen] = ['', 0];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    seen += parts.length;
    if (seen >= most) child.kill('SIGKILL');
  });
  await once(child, 'close');
}
