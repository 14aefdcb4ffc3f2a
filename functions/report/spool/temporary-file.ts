// functions/report/spool/temporary-file.ts: a file that only this process can read, and that is gone when it ends.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The message, for people, says what to do. */
export class TemporaryFileError extends Error {
  override readonly name = 'TemporaryFileError';
}

/** Where a text is in the file, in bytes. */
export interface Extent {
  at: number;
  bytes: number;
}

export class TemporaryFile implements AsyncDisposable {
  readonly #file: FileHandle;
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws TemporaryFileError */
  static async open(): Promise<TemporaryFile> {
    const path = join(tmpdir(), `restore-ledger-${randomUUID()}`);
    return tried(async () => {
      const file = await open(path, 'wx+', 0o600);
      // Without a name, nothing else can open it, and nothing has to remove it.
      await rm(path);
      return new TemporaryFile(file);
    });
  }

  /** @throws TemporaryFileError */
  async append(text: string): Promise<Extent> {
    const data = Buffer.from(text);
    const extent = { at: this.#bytes, bytes: data.length };
    this.#bytes += data.length;
    await tried(async () => {
      // One write may take a part, as where the disk gets full: the next one says so.
      for (let done = 0; done < data.length; ) {
        const { bytesWritten } = await this.#file.write(data, done, data.length - done, extent.at + done);
        done += bytesWritten;
      }
    });
    return extent;
  }

  /** @throws TemporaryFileError */
  async read({ at, bytes }: Extent): Promise<string> {
    const data = Buffer.alloc(bytes);
    await tried(() => this.#file.read(data, 0, bytes, at));
    return data.toString();
  }

  /** All of it, in pieces. */
  stream(): AsyncIterable<string> {
    return this.#file.createReadStream({ start: 0, encoding: 'utf8', autoClose: false });
  }

  [Symbol.asyncDispose]() {
    return this.#file.close();
  }
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const advice = `make room in ${tmpdir()}, or name another directory with TMPDIR`;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new TemporaryFileError(`a temporary file can't be written: ${reason}: ${advice}`, { cause: error });
  }
}
