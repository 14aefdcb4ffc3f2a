import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundles } from './bundles.ts';

test('the same code is the same bundle, whatever folder a deployment is made from', () => {
  using built = bundles();
  const elsewhere = mkdtempSync(join(tmpdir(), 'restore-ledger-elsewhere-'));
  const url = (path: string) => pathToFileURL(resolve(path)).href;
  const script = `
    const { bundles } = await import(${JSON.stringify(url('test/lib/bundles.ts'))});
    const again = bundles();
    process.stdout.write(JSON.stringify(again.folders));
    again[Symbol.dispose]();`;
  try {
    const args = ['--import', url('node_modules/tsx/dist/loader.mjs'), '--input-type=module', '-e', script];
    const again = JSON.parse(
      execFileSync(process.execPath, args, { cwd: elsewhere, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
    expect(Object.entries<string>(again).map(([name, folder]) => [name, basename(folder)])).toEqual(
      Object.entries(built.folders).map(([name, folder]) => [name, basename(folder)]),
    );
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
