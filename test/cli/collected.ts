// test/cli/collected.ts: a command line whose ledger holds what a small simulator lists, and what somebody does to it who has the file.
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, expect } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { ledgerFile } from '../../local/sqlite/directory.ts';
import { accessTo, CommandLine } from './command-line.ts';

export type CollectedJob = Pick<LedgerJob, 'jobId' | 'projectId' | 'projectName' | 'requestedAt'>;

export interface Collected {
  shell: CommandLine;
  jobs: CollectedJob[];
}

/** For the tests of a block. @param use is called before the first of them */
export function collected(use: (it: Collected) => void): void {
  let atlas: AtlasSimulator;
  let shell: CommandLine;
  beforeAll(async () => {
    atlas = await startAtlas({ projects: 2, clusters: 2, jobs: 6 });
    shell = await CommandLine.open(accessTo(atlas));
    expect(await shell.run(['collect'])).toMatchObject({ code: 0 });
    const { stdout } = await shell.run(['jobs', '--format', 'json', '--limit', '100']);
    use({ shell, jobs: JSON.parse(stdout) as CollectedJob[] });
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await atlas.close();
  });
}

/** As somebody would who has the file in their hands, and not this program. @param statement up to its WHERE */
export const tamper = (shell: CommandLine, { pk, sk }: Key, statement: string, ...values: string[]): void =>
  inFile(shell, (file) => {
    expect(file.prepare(`${statement} WHERE pk = ? AND sk = ?`).run(...values, pk, sk).changes).toBe(1);
  });

/** The JSON of an item. */
export const storedItem = (shell: CommandLine, { pk, sk }: Key): string =>
  inFile(shell, (file) => {
    const row = file.prepare('SELECT item FROM items WHERE pk = ? AND sk = ?').get(pk, sk) as { item: string };
    return row.item;
  });

/** Writes it, whether it is there or not. */
export const putItem = (shell: CommandLine, { pk, sk }: Key, json: string): void =>
  inFile(shell, (file) => {
    file.prepare('INSERT OR REPLACE INTO items (pk, sk, item) VALUES (?, ?, ?)').run(pk, sk, json);
  });

function inFile<T>(shell: CommandLine, work: (file: Database.Database) => T): T {
  const file = new Database(ledgerFile(join(shell.dir, '.ledger')));
  try {
    return work(file);
  } finally {
    file.close();
  }
}
