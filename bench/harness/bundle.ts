// bench/harness/bundle.ts makes one file of a contender and all it imports, once, so that neither tsx nor looking for modules
// counts: plain Node runs it, as Lambda runs a bundle. Not minified, so that a profile can be read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What a module that was written for `require` finds in a bundle of ES modules. */
const BANNER = `import { createRequire as benchRequire } from 'node:module';
import { fileURLToPath as benchPath } from 'node:url';
const require = benchRequire(import.meta.url);
const __filename = benchPath(import.meta.url);
const __dirname = benchPath(new URL('.', import.meta.url));`;

export class Bundler implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'restore-ledger-bench-'));
  readonly #made = new Map<string, Promise<string>>();

  /** @param entry a file URL @returns the path of the bundle, which lives as long as the bundler */
  bundle(entry: URL): Promise<string> {
    const file = fileURLToPath(entry);
    let made = this.#made.get(file);
    if (!made) {
      made = this.#build(file, join(this.#folder, `${this.#made.size}-${nameOf(file)}.mjs`));
      this.#made.set(file, made);
    }
    return made;
  }

  [Symbol.dispose]() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #build(file: string, outfile: string) {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
      banner: { js: BANNER },
      external: ['node-fetch'], // digest-fetch asks for it where there is no fetch
      logLevel: 'error',
    });
    return outfile;
  }
}

const nameOf = (file: string) => file.replace(/^.*[\\/]/, '').replace(/\.ts$/, '');
