// test/local/anchors/directory-store.test.ts: what isn't a file in a directory of anchors is refused by name, and nothing is waited for.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Anchored } from '../../../functions/anchors/anchored.ts';
import { anchorNames, keysIn, readAnchors } from '../../../functions/anchors/read-anchors.ts';
import { readText } from '../../../functions/anchors/store.ts';
import { takeAnchor } from '../../../functions/anchors/take-anchor.ts';
import { DirectoryStore } from '../../../local/anchors/directory-store.ts';
import { signerOf } from '../../../local/anchors/key-file.ts';
import { newSigner } from '../../anchors/anchored-ledger.ts';

let directory: string;
let store: DirectoryStore;
const signer = newSigner();
const ANCHOR = 'anchors/2026-11-24/0001.dsse.json';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'directory-store-'));
  store = new DirectoryStore(directory);
  async function* none() {}
  const ledger = {
    ...{ projects: none, recordedJobs: none, projectsInTable: async () => [], expectedRestores: async () => [] },
    ...{ coverage: async () => undefined, knownProject: async () => undefined },
  };
  const now = () => Date.parse('2026-11-24T00:05:00Z');
  expect(await takeAnchor({ ledger, store, signer, now }, { ledgerName: 'empty' })).toMatchObject({ state: 'taken' });
});
afterAll(() => rm(directory, { recursive: true }));

async function readAll() {
  const names: string[] = [];
  const keys = [await signer.publicKey()];
  for await (const { name } of readAnchors(store, new Anchored(), { keys, whole: true })) names.push(name);
  return names;
}

/** Something else in the place of a file, while it is tried. */
async function inPlaceOf(name: string, make: (path: string) => unknown, tried: (path: string) => Promise<void>) {
  const path = join(directory, name);
  await rename(path, `${path}.aside`);
  try {
    await make(path);
    await tried(path);
  } finally {
    await rm(path, { recursive: true, force: true });
    await rename(`${path}.aside`, path);
  }
  expect(await readAll()).toEqual([ANCHOR]);
}

const OTHERS: [string, string, (path: string) => unknown][] = [
  ['a named pipe', 'a named pipe', (path) => execFileSync('mkfifo', [path])],
  ['a directory', 'a directory', (path) => mkdir(path)],
  ['a link to a device without an end', 'a device', (path) => symlink('/dev/zero', path)],
  ['a link to itself', 'ELOOP', (path) => symlink(path, path)],
];

describe.skipIf(process.platform === 'win32')('in the place of a file (skipped: Windows has no such files)', () => {
  test.each(OTHERS)('%s as an anchor is refused by name', async (_, what, make) => {
    await inPlaceOf(ANCHOR, make, async (path) => {
      await expect(readAll()).rejects.toThrow(`${path} can't be read (${what})`);
    });
  });

  test.each(OTHERS)('%s as a signed file is refused by name', async (_, what, make) => {
    const names: string[] = [];
    for await (const name of store.list('heads/')) if (name.endsWith('.ndjson')) names.push(name);
    expect(names).toHaveLength(1);
    await inPlaceOf(names[0] ?? '', make, async (path) => {
      await expect(readAll()).rejects.toThrow(`${path} can't be read (${what})`);
    });
  });

  test.each(OTHERS)('%s as a key is refused by name', async (_, what, make) => {
    await inPlaceOf(`keys/${(await signer.publicKey()).id}.pem`, make, async (path) => {
      await expect(keysIn(store)).rejects.toThrow(`${path} can't be read (${what})`);
    });
    await make(join(directory, 'signing-key.pem'));
    await expect(signerOf(join(directory, 'signing-key.pem'))).rejects.toThrow(`it can't be read (${what})`);
    await rm(join(directory, 'signing-key.pem'), { recursive: true });
  });

  test('links in a circle between directories are not followed', async () => {
    const loop = join(directory, 'anchors/2026-11-24/loop');
    await symlink(join(directory, 'anchors'), loop);
    expect(await anchorNames(store)).toEqual([ANCHOR]);
    expect(await readAll()).toEqual([ANCHOR]);
    await rm(loop);
  });
});

test('a file far too large is refused by name, with no more of it in memory than is allowed', async () => {
  const grown = (path: string) => writeFile(path, '').then(() => truncate(path, 3 * 2 ** 30));
  await inPlaceOf(ANCHOR, grown, async () => {
    const before = process.memoryUsage().arrayBuffers;
    await expect(readAll()).rejects.toThrow(`${ANCHOR}: expected at most 16777216 bytes, got more`);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
  });
});

test('a key that is none is named', async () => {
  const name = `keys/${'a'.repeat(64)}.pem`;
  await mkdir(dirname(join(directory, name)), { recursive: true });
  await writeFile(join(directory, name), 'no key');
  await expect(keysIn(store)).rejects.toThrow(`${name}: expected a public key in PEM, got something else`);
  await rm(join(directory, name));
  expect(await readText(store, name, 10)).toBeUndefined();
});
