// local/files/regular-file.ts: a file opened for reading, and nothing else that may have its name: a named pipe would be waited for,
// and a device read, for ever.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** There is something of this name, and it is no file. */
export class NoRegularFile extends Error {
  override readonly name = 'NoRegularFile';
  /** For the place in messages that names what else went wrong. */
  readonly code: string;

  constructor(what: string) {
    super(`it is ${what}, and no file`);
    this.code = what;
  }
}

/** Links are followed. The caller closes it. @throws NoRegularFile, and what `open` throws, such as ELOOP */
export async function openRegularFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, a pipe is only opened once somebody writes to it. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new NoRegularFile(kindOf(stats));
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() ? 'a named pipe' : 'a device';
}
