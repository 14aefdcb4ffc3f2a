// bin/process/terminal.ts: an output stream of a command, and what is known of its reader.
import { styleText } from 'node:util';
import { letSignalsIn } from './turns.ts';

export type Style = Parameters<typeof styleText>[0];

/** Colours where a terminal shows them; NO_COLOR and FORCE_COLOR are obeyed. */
export type Paint = (style: Style, text: string) => string;

export class Terminal {
  readonly #stream: NodeJS.WriteStream;

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

  get paint(): Paint {
    const colours = this.isTerminal && this.#stream.hasColors();
    return colours ? styleText : (_, text) => text;
  }

  /** Resolves when the stream can take more. What comes from outside must be plain already. */
  async write(text: string): Promise<void> {
    // Into a file nothing is waited for.
    await letSignalsIn();
    if (!this.#stream.write(text)) await new Promise<void>((resolve) => this.#stream.once('drain', resolve));
  }

  line = (text = '') => this.write(`${text}\n`);

  /** Resolves when everything is out. */
  flush = () => new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
}
