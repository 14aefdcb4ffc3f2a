// local/anchors/directory-store.ts: anchors and signed reports in a directory.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AnchorStore, type StoredBody, StoreError } from '../../functions/anchors/store.ts';
import { openRegularFile } from '../files/regular-file.ts';

export class DirectoryStore implements AnchorStore {
  readonly place: string;

  constructor(directory: string) {
    this.place = directory;
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = join(this.place, name);
    try {
      const file = await openRegularFile(path);
      return this.#read(path, file.createReadStream());
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw refused(path, 'read', error);
    }
  }

  async *#read(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      throw refused(path, 'read', error);
    }
  }

  /** A file is either whole or not there: it gets its name once it is written. */
  async create(name: string, body: StoredBody): Promise<boolean> {
    const path = join(this.place, name);
    const part = `${path}.${randomUUID()}.part`;
    // Where the process ends before, as by a second Ctrl-C.
    const remove = () => rmSync(part, { force: true });
    process.on('exit', remove);
    try {
      if (await isThere(path)) return false;
      await mkdir(dirname(path), { recursive: true });
      if (typeof body === 'string') await writeFile(part, body, { flush: true });
      else await copyFile(body.path, part);
      await link(part, path); // refuses a name that is taken, as a rename wouldn't
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw refused(path, 'written', error);
    } finally {
      await rm(part, { force: true });
      process.off('exit', remove);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const from = join(this.place, dirname(`${prefix}.`));
    let names: string[];
    try {
      // Links to directories are not followed. What is no file has its name listed, and is refused once it is read.
      const entries = await readdir(from, { recursive: true, withFileTypes: true });
      names = entries.map((each) => join(each.parentPath, each.name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw refused(from, 'read', error);
    }
    const inside = names.map((path) => path.slice(join(this.place, '.').length + 1).replaceAll('\\', '/'));
    yield* inside.filter((name) => name.startsWith(prefix)).sort();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

const refused = (path: string, what: 'read' | 'written', error: unknown) =>
  new StoreError(`${path} can't be ${what} (${codeOf(error)}): check the directory`);

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
