// bench/harness/cleanup.ts: what ends with this process, however it ends: children and temporary folders.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pending = new Set<() => void>();
process.once('exit', () => {
  for (const undo of pending) undo();
});
// A signal alone ends a process without its `exit` event.
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

/** @returns takes `undo` back */
export function atExit(undo: () => void): () => void {
  pending.add(undo);
  return () => pending.delete(undo);
}

/** In node_modules, so that packages outside of a bundle are found. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

export function temporaryFolder(): string {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
