// A bundle of the command line for the tests, made once a run: it starts in a fraction of the time that tsx takes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    commandLine: string;
  }
}

// In node_modules, so that what stays outside of the bundle is found.
const CACHE = resolve('node_modules/.cache');

/** For vitest's `globalSetup`. */
export async function setup({ provide }: TestProject) {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'restore-ledger-'));
  await build({
    entryPoints: ['bin/main.ts'],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    external: ['libsql', 'dynalite'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' },
  });
  const executable = join(folder, 'restore-ledger.mjs');
  writeFileSync(
    executable,
    `#!${process.execPath}\nimport { main } from './main.mjs';\nawait main(process.argv.slice(2));\n`,
    { mode: 0o755 },
  );
  provide('commandLine', executable);
  return () => rmSync(folder, { recursive: true, force: true });
}
