// bin/output/event-printer.ts shows what is noteworthy on stderr while a command collects, beside the progress.
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import type { Progress } from '../process/progress.ts';
import type { Terminal } from '../process/terminal.ts';
import { eventLine, isNoteworthy } from './event-lines.ts';

/** More are counted; the ledger, and a file of events, have them all. */
const MAX_LINES = 50;

export class EventPrinter {
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  #seen = 0;

  constructor(terminal: Terminal, progress: Progress) {
    this.#terminal = terminal;
    this.#progress = progress;
  }

  show = (event: LedgerEvent) => {
    // Where nothing could be read, the last words of the command say so.
    if (!isNoteworthy(event) || ('run' in event.detail && event.detail.run.status === 'failed')) return;
    this.#seen += 1;
    if (this.#seen > MAX_LINES) return;
    this.#progress.clear();
    void this.#terminal.line(eventLine(event, this.#terminal.paint));
  };

  async end(): Promise<void> {
    if (this.#seen <= MAX_LINES) return;
    const more = `${this.#seen - MAX_LINES} more like these: restore-ledger jobs --finding RULE lists them`;
    await this.#terminal.line(`${more}, and --events FILE keeps them all.`);
  }
}
