// bench/harness/bundle.ts: bundles of contenders, made as a deployment makes those of the functions.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { BUNDLING } from '../../lib/compute/bundle.ts';
import { temporaryFolder } from './cleanup.ts';

/** Native, so it stays outside. */
const EXTERNAL = ['libsql'];

let folder: string | undefined;
const made = new Map<string, string>();

/** @param entry a file URL @returns the path of the file to start with */
export function bundle(entry: URL): string {
  const file = fileURLToPath(entry);
  const known = made.get(file);
  if (known !== undefined) return known;
  folder ??= temporaryFolder();
  const outdir = join(folder, String(made.size));
  const external = [...BUNDLING.external, ...EXTERNAL];
  buildSync({ ...BUNDLING, external, entryPoints: [{ in: file, out: 'index' }], outdir });
  const bundled = join(outdir, 'index.mjs');
  made.set(file, bundled);
  return bundled;
}
