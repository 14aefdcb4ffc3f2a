// lib/compute/bundle.ts: a function's bundle, with what a start needs in one file and what may be needed later in others.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { FONT_FILES } from '../../functions/report/pdf/font-files.ts';
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

/** What makes PDFs: TypeScript in a checkout, JavaScript where the package is installed. */
const READS_FONTS = /\bfunctions\/report\/pdf\/fonts\.[jt]s$/;

/** Writes `index.mjs` and what it loads, fonts included, and what packages are in it. @param entry path of the module that exports the handler */
export function bundle(entry: string, folder: string, { sourceMaps = false } = {}) {
  const { metafile } = buildSync({
    ...BUNDLING,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: folder,
    metafile: true,
    ...(sourceMaps ? { sourcemap: 'linked', sourcesContent: false } : {}),
  });
  const inputs = Object.keys(metafile.inputs);
  const fonts = inputs.some((input) => READS_FONTS.test(input)) ? copyFonts(folder) : [];
  const packages = bundledPackages([...inputs, ...fonts], BUNDLING.absWorkingDir);
  const name = `atlas-restore-ledger/${basename(entry, extname(entry))}`;
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenceFile(packages));
  writeFileSync(join(folder, 'sbom.cdx.json'), billOfMaterials(name, packages));
}

/** To where the code that reads them looks for a package. @returns where they come from */
function copyFonts(folder: string): string[] {
  const { resolve } = createRequire(import.meta.url);
  return Object.values(FONT_FILES)
    .flat()
    .map((file) => {
      const [from, to] = [resolve(file), join(folder, 'node_modules', file)];
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to);
      return from;
    });
}
