// bin/process/terminal.ts: an output stream of a command, and what is known of its reader.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Colours where a terminal shows them; NO_COLOR and FORCE_COLOR are obeyed. */
export type Paint = (style: Style, text: string) => string;

export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  #collected: string[] | undefined;

  /** @param onError called when nobody reads any more (EPIPE, as after `| head`), or nothing can be written */
  constructor(stream: NodeJS.WriteStream, onError: (error: NodeJS.ErrnoException) => void) {
    this.#stream = stream;
    stream.on('error', onError);
  }

  get isTerminal() {
    return this.#stream.isTTY === true;
  }

  /** In characters; unbounded where no terminal cuts or wraps lines. */
  get width() {
    return this.isTerminal ? this.#stream.columns : Number.POSITIVE_INFINITY;
  }

  /** In lines; unbounded where no terminal scrolls. */
  get height() {
    return this.isTerminal ? this.#stream.rows : Number.POSITIVE_INFINITY;
  }

  get paint(): Paint {
    return this.#hasColours ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
  }

  get #hasColours() {
    if (this.isTerminal) return this.#stream.hasColors();
    const { FORCE_COLOR: forced } = process.env;
    return forced !== undefined && forced !== '0' && forced !== 'false';
  }

  /** Resolves when the stream can take more. What comes from outside must be plain already. */
  async write(text: string): Promise<void> {
    // Into a file nothing is waited for.
    await letSignalsIn();
    if (this.#collected) return void this.#collected.push(text);
    if (!this.#stream.write(text)) await new Promise<void>((resolve) => this.#stream.once('drain', resolve));
  }

  /** What `work` writes, which is not written. */
  async collected(work: () => Promise<void>): Promise<string> {
    const parts: string[] = [];
    this.#collected = parts;
    await work().finally(() => {
      this.#collected = undefined;
    });
    return parts.join('');
  }

  line = (text = '') => this.write(`${text}\n`);

  flush = () => new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
}

/** Between two turns, in ms: too short to notice, and long enough to cost nothing. */
const EVERY_MS = 50;
let lastMs = 0;

/** For long work that waits for nothing outside: without a turn of the event loop Node does not notice Ctrl-C. */
export async function letSignalsIn(): Promise<void> {
  if (performance.now() - lastMs < EVERY_MS) return;
  await nextTurn();
  lastMs = performance.now();
}
