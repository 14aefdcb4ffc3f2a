// bench/cold/bundle.ts bundles a floor as a function is bundled, and says what is in a function's bundle.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLING, bundle } from '../../lib/compute/bundle.ts';

/** @returns the file to begin with */
export function bundleFloor(entry: URL, folder: string): string {
  bundle(fileURLToPath(entry), folder);
  return join(folder, 'index.mjs');
}

/** Bytes of a function's bundle by the package they come from; our own code is `this project`. */
export async function bytesByPackage(folder: string): Promise<Map<string, number>> {
  const entry = fileURLToPath(new URL(`../../functions/handlers/${folder}.ts`, import.meta.url));
  const { metafile } = await build({
    ...BUNDLING,
    entryPoints: [entry],
    outdir: 'unused',
    write: false,
    metafile: true,
  });
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(file);
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...bytes].sort(([, a], [, b]) => b - a));
}

const packageOf = (file: string) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'this project';
