// local/sqlite/directory.ts: the ledger's file in its directory, or what is in its place.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import { refused } from './errors.ts';

const FILE = 'ledger.sqlite';
/** Modes. Windows knows none. */
const OWNER_ONLY = { file: 0o600, directory: 0o700 };

export const ledgerFile = (dataDir: string) => join(dataDir, FILE);

/** The file that is there. @throws LedgerError */
export function ledgerAt(dataDir: string): string {
  const file = ledgerFile(dataDir);
  if (existsSync(file)) return file;
  checkReadable(dataDir);
  throw noLedger(dataDir);
}

/**
 * The file, made empty where there is none. A ledger names people, so only its owner may read what is made here: SQLite gives the log
 * beside the file the file's own mode. What is there already keeps its mode. @throws LedgerError
 */
export function ledgerToMake(dataDir: string): string {
  makeDirectory(dataDir);
  const file = ledgerFile(dataDir);
  // An existing file is never opened here: closing it again would drop the locks that this process holds on it.
  if (!existsSync(file)) makeFile(file);
  return file;
}

function makeFile(file: string) {
  try {
    closeSync(openSync(file, 'wx', OWNER_ONLY.file));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return; // someone else was as quick
    throw refused(
      `${file} can't be made (${codeOf(error)}): see that this user may write to its directory, or use another`,
      error,
    );
  }
}

export const noLedger = (dataDir: string) =>
  new LedgerError(
    'LEDGER_TABLE_MISSING',
    `there is no ledger in ${dataDir}: collect first (restore-ledger collect; in a clone, bin/restore-ledger collect), or say where the ledger is with --data, --table or --api`,
  );

function checkReadable(dataDir: string) {
  try {
    if (existsSync(dataDir)) readdirSync(dataDir);
  } catch (error) {
    throw refused(`${dataDir} can't be read: expected a directory (${codeOf(error)})`, error);
  }
}

/** Not by `recursive`, which never returns where a parent refuses with ENOENT, as /proc does (Node 20 to 24). */
function makeDirectory(path: string) {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    try {
      mkdirSync(directory, OWNER_ONLY.directory);
      makeDurable(dirname(directory));
    } catch (error) {
      if (codeOf(error) === 'EEXIST' && existsSync(directory)) continue; // someone else was as quick
      throw refused(`directory ${directory} can't be made (${codeOf(error)}): use another --data directory`, error);
    }
  }
  if (!statSync(resolve(path)).isDirectory()) throw refused(`${path} is a file: expected a directory`);
}

/** A new name outlives a power loss once its directory is synced. Not every file system can; SQLite goes on then, too. */
function makeDurable(directory: string) {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(directory, 'r');
    fsyncSync(descriptor);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
