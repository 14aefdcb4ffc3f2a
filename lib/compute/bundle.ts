// lib/compute/bundle.ts: a function's bundle, with what a start needs in one file and what may be needed later in others.
import { writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { billOfMaterials, bundledPackages, licenceFile } from './bundled-packages.ts';

/**
 * The SDK's other sources of AWS credentials, for environments that hold none. Lambda's always does. Without them a bundle
 * is 130 KB smaller, and doesn't import `node:http` as an ES module, which loads Node's whole fetch (2026-11).
 */
const OTHER_CREDENTIALS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];
/** Some of the SDK is CommonJS inside and calls `require`, which an ES module doesn't have. */
const BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export const BUNDLING = {
  bundle: true,
  // Without it, every start would read what `import()` may load later.
  splitting: true,
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  platform: 'node',
  target: 'node20', // also runs where a laptop or an emulator has no newer one
  mainFields: ['module', 'main'],
  minify: true,
  external: OTHER_CREDENTIALS, // never loaded, and nothing else: the SDK is bundled
  banner: { js: BANNER },
  logLevel: 'warning',
  absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)), // else file names depend on the working directory
} as const satisfies BuildOptions;

/** Writes `index.mjs` and what it loads, and what packages are in it. @param entry path of the module that exports the handler */
export function bundle(entry: string, folder: string, { sourceMaps = false } = {}) {
  const { metafile } = buildSync({
    ...BUNDLING,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: folder,
    metafile: true,
    ...(sourceMaps ? { sourcemap: 'linked', sourcesContent: false } : {}),
  });
  const packages = bundledPackages(Object.keys(metafile.inputs), BUNDLING.absWorkingDir);
  const name = `atlas-restore-ledger/${basename(entry, extname(entry))}`;
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenceFile(packages));
  writeFileSync(join(folder, 'sbom.cdx.json'), billOfMaterials(name, packages));
}
