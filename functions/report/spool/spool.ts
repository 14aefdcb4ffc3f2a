// functions/report/spool/spool.ts: text put aside until it is its turn: a little of it in memory, more in a temporary file.
import { TemporaryFile } from './temporary-file.ts';

/** In characters. */
const IN_MEMORY = 1_000_000;

export class Spool implements AsyncDisposable {
  #held: string[] = [];
  #length = 0;
  #file: TemporaryFile | undefined;

  /** @throws TemporaryFileError */
  async write(text: string): Promise<void> {
    this.#held.push(text);
    this.#length += text.length;
    if (this.#length <= IN_MEMORY) return;
    this.#file ??= await TemporaryFile.open();
    await this.#file.append(this.#taken());
  }

  /** All of it, in pieces; nothing may be written after. */
  async *read(): AsyncGenerator<string> {
    if (this.#file) yield* this.#file.stream();
    yield this.#taken();
  }

  #taken(): string {
    const text = this.#held.join('');
    [this.#held, this.#length] = [[], 0];
    return text;
  }

  async [Symbol.asyncDispose]() {
    await this.#file?.[Symbol.asyncDispose]();
  }
}
