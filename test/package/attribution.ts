// test/package/attribution.ts: what a packed package says of other authors' code: the licences of what the functions bundle, and
// a bill of materials of what an installation downloads. Part of `npm pack`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { BUNDLING } from '../../lib/compute/bundle.ts';
import { billOfMaterials, bundledPackages, licenceFile, type Material } from '../../lib/compute/bundled-packages.ts';

const { metafile } = buildSync({
  ...BUNDLING,
  entryPoints: readdirSync('functions/handlers').map((file) => `functions/handlers/${file}`),
  outdir: 'dist',
  write: false,
  metafile: true,
});
const packages = bundledPackages(Object.keys(metafile.inputs), BUNDLING.absWorkingDir);
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licenceFile(packages));

/** Not `npm sbom --omit dev`, which leaves out whatever a development dependency needs, too (npm 11.19). */
type Locked = Pick<Material, 'version' | 'license'> & { dev?: true; optional?: true };
const { packages: locked } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Locked>;
};
const materials = Object.entries(locked).flatMap(([folder, { version, license, dev, optional }]): Material[] => {
  const name = folder.replace(/^.*node_modules\//, '');
  return folder === '' || dev ? [] : [{ name, version, license, scope: optional ? 'optional' : 'required' }];
});
writeFileSync('dist/sbom.cdx.json', billOfMaterials('atlas-restore-ledger', materials));
