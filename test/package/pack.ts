// The packed package, made once for all files of this suite.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const run = promisify(execFile);

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packed package. */
    tarball: string;
  }
}

export async function setup(project: TestProject) {
  await requireRegistry();
  const folder = await mkdtemp(join(tmpdir(), 'restore-ledger-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder]);
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack named no file: ${stdout}`);
  project.provide('tarball', join(folder, packed.filename));
  return () => rm(folder, { recursive: true, force: true });
}

async function requireRegistry() {
  try {
    await run('npm', ['view', 'constructs', 'version', '--fetch-retries=1', '--prefer-online']);
  } catch (cause) {
    const missing = 'npm run test:package installs packages, and npm could not reach its registry';
    throw new Error(`${missing}: connect to the network, or set npm's registry or proxy, then run it again`, { cause });
  }
}
