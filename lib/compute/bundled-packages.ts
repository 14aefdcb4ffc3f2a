// lib/compute/bundled-packages.ts: the packages of other authors that are in a bundle, with their licences.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface BundledPackage {
  name: string;
  version: string;
  /** An SPDX expression, as the package names it. */
  license: string;
  /** Its licence and notice, as it ships them. */
  texts: readonly string[];
}

const FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LEGAL = /^(licen[cs]e|copying|notice)\b/i;

/** @param inputs files of the bundle, as esbuild's metafile names them @param root what their paths start from */
export function bundledPackages(inputs: Iterable<string>, root: string): BundledPackage[] {
  const folders = new Set([...inputs].flatMap((file) => FOLDER.exec(file) ?? []));
  const packages = [...folders].map((folder) => readPackage(resolve(root, folder)));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return packages.sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LEGAL.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { name, version, license, texts };
}

/** One text for a person. A licence that several packages share is written once. */
export function licenceFile(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const { name, version, license, texts } of packages) {
    const text = texts.join('\n\n');
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return ['The code beside this file contains these packages, under their licences.\n', ...parts].join(
    `\n${'-'.repeat(80)}\n\n`,
  );
}

export interface Material extends Pick<BundledPackage, 'name' | 'version' | 'license'> {
  /** As CycloneDX has it. @default required */
  scope?: 'required' | 'optional';
}

/** A bill of materials (CycloneDX 1.5). The same packages make the same text: it names no time and no serial number. */
export function billOfMaterials(name: string, packages: readonly Material[]): string {
  const components = packages.map(({ name: of, version, license, scope = 'required' }) => {
    const purl = `pkg:npm/${of.replace(/^@/, '%40')}@${version}`;
    return { type: 'library', 'bom-ref': purl, name: of, version, scope, purl, licenses: [{ expression: license }] };
  });
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': name, name } },
    components,
  };
  return `${JSON.stringify(bom, undefined, 1)}\n`;
}
