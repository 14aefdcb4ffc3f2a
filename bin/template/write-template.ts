// bin/template/write-template.ts: the folder of a self-contained template and its assets.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../process/exit-codes.ts';
import { ASSETS, BUCKET_PARAMETER } from './asset-parameters.ts';
import type { SelfContained } from './synthesize.ts';
import { zip } from './zip.ts';

const TEMPLATE = '.template.json';
/** CloudFormation's limit of a template in S3, 1 MB, in the smaller sense of the word. */
export const MAX_TEMPLATE_BYTES = 1_000_000;

export interface Written {
  /** Path of the template. */
  readonly template: string;
  readonly templateBytes: number;
  readonly assets: number;
  readonly assetBytes: number;
}

/** @throws UsageError where CloudFormation would refuse it */
export function templateText(template: unknown): string {
  const text = `${JSON.stringify(template, undefined, 1)}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEMPLATE_BYTES)
    throw new UsageError(`the template: expected at most ${MAX_TEMPLATE_BYTES} bytes, got ${bytes}`);
  return text;
}

/**
 * Replaces what an earlier call wrote; the template is the last file to be written.
 * @throws UsageError if CloudFormation would refuse it, or the folder has anything else in it
 */
export async function writeTemplate(
  folder: string,
  { stackName, template, assets, source }: SelfContained,
): Promise<Written> {
  const text = templateText(template);
  for (const name of await checkFolder(folder)) await rm(join(folder, name), { recursive: true });
  await mkdir(join(folder, ASSETS), { recursive: true });
  let assetBytes = 0;
  for (const [name, { path, isFolder }] of assets) {
    const from = resolve(source, path); // the CDK stages none that it need not change
    const content = isFolder ? zip(await filesIn(from)) : await readFile(from);
    await writeFile(join(folder, ASSETS, name), content);
    assetBytes += content.length;
  }
  const file = join(folder, `${stackName}${TEMPLATE}`);
  await writeFile(file, text);
  return { template: file, templateBytes: Buffer.byteLength(text), assets: assets.size, assetBytes };
}

/**
 * The whole folder is uploaded, and deleted the next time, so nothing of anyone else may be there.
 * @returns what an earlier call wrote, templates first
 * @throws UsageError
 */
export async function checkFolder(folder: string): Promise<string[]> {
  const got = (what: string) =>
    new UsageError(`--output: expected an empty folder, or one that this command wrote, got ${what}`);
  if (folder === '') throw got('nothing');
  const names = await namesIn(folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTDIR' ? got(`the file ${folder}`) : error;
  });
  for (const name of names) if (!(await isOurs(folder, name))) throw got(`${folder} with ${name}`);
  return names.toSorted((a, b) => Number(a === ASSETS) - Number(b === ASSETS));
}

async function isOurs(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name);
  if (name === ASSETS) return (await namesIn(path)).every((asset) => /^[0-9a-f]{64}(\.\w+)?$/.test(asset));
  return name.endsWith(TEMPLATE) && (await readFile(path, 'utf8')).includes(`"${BUCKET_PARAMETER}"`);
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

async function filesIn(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.map(async (path) => ({
      name: relative(folder, path).replaceAll(sep, '/'),
      content: await readFile(path),
    })),
  );
}
