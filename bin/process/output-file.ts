// bin/process/output-file.ts: a file that is either whole or not there: it has another name until it is kept.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { CommandError, UsageError } from './exit-codes.ts';

export class OutputFile implements AsyncDisposable {
  readonly #path: string;
  /** A name of its own, so that two commands that write the same file don't write into each other's. */
  readonly #part: string;
  readonly #file: FileHandle;
  #kept = false;

  private constructor(path: string, part: string, file: FileHandle) {
    this.#path = path;
    this.#part = part;
    this.#file = file;
    process.on('exit', this.#remove);
  }

  /**
   * Follows a link to a file, which is replaced in its place.
   * @param flag that named the file
   * @throws UsageError where it can't be written, or is something else than a file, such as a device
   */
  static async open(flag: string, path: string): Promise<OutputFile> {
    if (path === '') throw new UsageError(`${flag}: expected the name of a file, got ""`);
    const found = await stat(path).catch(() => undefined);
    if (found && !found.isFile())
      throw new UsageError(`${flag} ${path}: expected a regular file, or a name that is free`);
    try {
      const target = found ? await realpath(path) : path;
      const part = `${target}.${randomUUID().slice(0, 8)}.part`;
      return new OutputFile(target, part, await open(part, 'wx'));
    } catch (error) {
      throw new UsageError(`${flag} ${path}: expected a file that can be written, got ${reasonOf(error)}`);
    }
  }

  write = (part: string | Uint8Array): Promise<void> => this.#tried(() => this.#file.appendFile(part));

  /** Puts the file in its place. @throws CommandError */
  async keep(): Promise<void> {
    await this.#tried(async () => {
      await this.#file.close();
      await rename(this.#part, this.#path);
    });
    this.#kept = true;
    process.off('exit', this.#remove);
  }

  /** Where the process ends before, as by a second Ctrl-C. */
  #remove = () => rmSync(this.#part, { force: true });

  async #tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new CommandError(`${this.#path} can't be written: ${reasonOf(error)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.#kept) return;
    await this.#file.close();
    await rm(this.#part, { force: true });
    process.off('exit', this.#remove);
  }
}

export const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
