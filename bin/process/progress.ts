// bin/process/progress.ts: one line of a terminal that shows progress. Elsewhere it is silent.
import { sanitize } from './sanitize.ts';
import type { Terminal } from './terminal.ts';

/** Faster than anyone reads, slow enough to cost nothing, in ms. */
const EVERY_MS = 80;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #terminal: Terminal;
  readonly #on: boolean;
  #shownAt = 0;

  constructor(terminal: Terminal, { on = true }: { on?: boolean } = {}) {
    this.#terminal = terminal;
    this.#on = on && terminal.isTerminal;
  }

  /** @param text shown as one plain line, cut to the width of the terminal */
  show(text: string) {
    if (!this.#on || Date.now() - this.#shownAt < EVERY_MS) return;
    this.#shownAt = Date.now();
    void this.#terminal.write(
      `${CLEAR_LINE}${this.#terminal.paint('dim', sanitize(text).slice(0, this.#terminal.width - 1))}`,
    );
  }

  /** Stands until something else is shown; on a terminal that is none it is a line of its own. */
  note(text: string) {
    if (!this.#on) return void this.#terminal.line(text);
    this.#shownAt = 0;
    this.show(text);
  }

  clear() {
    if (this.#shownAt > 0) void this.#terminal.write(CLEAR_LINE);
    this.#shownAt = 0;
  }
}
