// test/mutations/working-copy.ts: a copy of the sources to spoil, so that nothing has to be put back.
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['functions', 'bin', 'lib', 'local', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

export interface WorkingCopy extends AsyncDisposable {
  dir: string;
}

export async function workingCopy(): Promise<WorkingCopy> {
  const dir = await mkdtemp(join(tmpdir(), 'restore-ledger-mutations-'));
  for (const name of SOURCES) await cp(join(ROOT, name), join(dir, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) };
}
