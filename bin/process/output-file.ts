// bin/process/output-file.ts: a file that is either whole or not there: it has another name until it is kept.
import { rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CommandError, UsageError } from './exit-codes.ts';

export class OutputFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #kept = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
    process.on('exit', this.#remove);
  }

  /** @param flag that named the file @throws UsageError where it can't be written */
  static async open(flag: string, path: string): Promise<OutputFile> {
    try {
      return new OutputFile(path, await open(partOf(path), 'w'));
    } catch (error) {
      throw new UsageError(`${flag} ${path}: expected a file that can be written, got ${reasonOf(error)}`);
    }
  }

  write = (part: string | Uint8Array): Promise<void> => this.#tried(() => this.#file.appendFile(part));

  /** Puts the file in its place. @throws CommandError */
  async keep(): Promise<void> {
    await this.#tried(async () => {
      await this.#file.close();
      await rename(partOf(this.#path), this.#path);
    });
    this.#kept = true;
    process.off('exit', this.#remove);
  }

  /** Where the process ends before, as by a second Ctrl-C. */
  #remove = () => rmSync(partOf(this.#path), { force: true });

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
    await rm(partOf(this.#path), { force: true });
    process.off('exit', this.#remove);
  }
}

const partOf = (path: string) => `${path}.part`;
export const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
