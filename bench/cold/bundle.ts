// bench/cold/bundle.ts bundles a floor as lib/node-function.ts bundles a function, and says what is in a function's bundle.
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { NEVER_LOADED } from '../../lib/node-function.ts';

/** As there: a floor in another form would be no floor. */
const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  external: NEVER_LOADED,
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'error',
} as const satisfies BuildOptions;

export async function bundleFloor(entry: URL, outfile: string): Promise<string> {
  await build({ ...OPTIONS, entryPoints: [fileURLToPath(entry)], outfile });
  return outfile;
}

/** Bytes of a function's bundle by the package they come from; our own code is `this project`. */
export async function bytesByPackage(folder: string): Promise<Map<string, number>> {
  const entry = fileURLToPath(new URL(`../../functions/${folder}/handler.ts`, import.meta.url));
  const { metafile } = await build({
    ...OPTIONS,
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
